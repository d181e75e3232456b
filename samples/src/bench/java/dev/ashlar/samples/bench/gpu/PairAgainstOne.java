package dev.ashlar.samples.bench.gpu;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.samples.gpt.GptBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Trains one model from one seed on two devices together and on each alone, and prints how far the losses are apart: {@code Launch --ranks 2}.
 * The two then save what they have learnt, train on, load it again and meet the same batch: that loss has to be the same once more.
 *
 * <pre>{@code PairAgainstOne DIRECTORY}</pre>
 */
public final class PairAgainstOne {
    private static final int STEPS = 50;
    private static final double LEARNING_RATE = 1e-3;

    private PairAgainstOne() {}

    public static void main(String[] arguments) {
        try (Ranks ranks = Ranks.fromEnvironment()) {
            double[] alone = losses(ranks, true);
            double[] together = losses(ranks, false);
            double loaded = afterLoad(ranks, Path.of(arguments[0], "pair.safetensors"));
            double apart = 0;
            for (int i = 0; i < STEPS; i++) {
                apart = Math.max(apart, Math.abs(together[i] - alone[i]) / alone[i]);
            }
            if (ranks.rank() == 0) {
                System.out.printf(
                        Locale.ROOT,
                        "{\"check\":\"two devices against one\",\"steps\":%d,\"firstLoss\":%.5f,\"lastLoss\":%.5f,"
                                + "\"largestRelativeDifference\":%.2e,\"differenceAfterLoad\":%.2e}%n",
                        STEPS,
                        together[0],
                        together[STEPS - 1],
                        apart,
                        loaded);
            }
        }
    }

    private static double[] losses(Ranks ranks, boolean alone) {
        if (alone) {
            try (CheckOneStep step = CheckOneStep.open(Ranks.single(), Seed.of(1))) {
                return losses(step.plan().inputs(), (batch, rate) -> step.train(batch, rate));
            }
        }
        try (CheckPairStep step = CheckPairStep.open(ranks, Seed.of(1))) {
            return losses(step.plan().inputs(), (batch, rate) -> step.train(batch, rate));
        }
    }

    /** How far two losses of one batch are apart: before some more steps, and behind them with what was saved before. */
    private static double afterLoad(Ranks ranks, Path file) {
        try (CheckPairStep step = CheckPairStep.open(ranks, Seed.of(1))) {
            double[] first = losses(step.plan().inputs(), (batch, rate) -> step.train(batch, rate));
            step.save(file);
            double[] before = losses(step.plan().inputs(), (batch, rate) -> step.train(batch, rate));
            step.load(file);
            double[] after = losses(step.plan().inputs(), (batch, rate) -> step.train(batch, rate));
            if (before[0] == first[0]) {
                throw new IllegalStateException("nothing was learnt in " + STEPS + " steps");
            }
            return Math.abs(after[0] - before[0]) / before[0];
        }
    }

    /** One step of training. */
    private interface Training {
        float step(GptBatch batch, double rate);
    }

    private static double[] losses(List<InputInfo> inputs, Training training) {
        Random random = new Random(1);
        double[] losses = new double[STEPS];
        for (int i = 0; i < STEPS; i++) {
            List<HostTensor> batch =
                    inputs.stream().map(info -> GpuBenchmark.ids(info, random)).toList();
            losses[i] = training.step(new GptBatch(batch.get(0), batch.get(1)), LEARNING_RATE * (i + 1) / STEPS);
        }
        return losses;
    }
}
