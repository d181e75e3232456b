package dev.ashlar.samples.bench.gpu;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.samples.gpt.GptBatch;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/** What training and then an evaluation of all logits take on a device, against what is planned; started by {@code Launch}, on two devices. */
public final class EvaluationPeak {
    private static final int WARM_UP = 6;
    private static final int STEPS = 20;
    private static final double LEARNING_RATE = 1e-4;

    private EvaluationPeak() {}

    public static void main(String[] arguments) {
        Ranks ranks = Ranks.fromEnvironment();
        try (LogitsPairStep step = LogitsPairStep.open(ranks, Seed.of(1))) {
            Random random = new Random(1);
            HostTensor tokens = GpuBenchmark.ids(step.plan().inputs().get(0), random);
            GptBatch batch =
                    new GptBatch(tokens, GpuBenchmark.ids(step.plan().inputs().get(1), random));
            step.resetPeak();
            double[] seconds = new double[STEPS];
            for (int i = -WARM_UP; i < STEPS; i++) {
                long start = System.nanoTime();
                step.train(batch, LEARNING_RATE);
                seconds[Math.max(0, i)] = (System.nanoTime() - start) * 1e-9;
            }
            Arrays.sort(seconds);
            long trained = step.memory().orElseThrow().peakBytes();
            long start = System.nanoTime();
            HostTensor logits = step.forward(batch).get("logits");
            double forward = (System.nanoTime() - start) * 1e-9;
            if (ranks.rank() == 0) {
                System.out.printf(
                        Locale.ROOT,
                        "{\"plan\":\"LogitsPair\",\"millis\":%.3f,\"trainedPeakBytes\":%d,\"evaluatedPeakBytes\":%d,"
                                + "\"plannedPeakBytes\":%d,\"logits\":\"%s\",\"forwardSeconds\":%.2f}%n",
                        seconds[STEPS / 2] * 1e3,
                        trained,
                        step.memory().orElseThrow().peakBytes(),
                        step.plan().peakBytes(),
                        Arrays.toString(logits.shape()),
                        forward);
            }
        }
    }
}
