package dev.ashlar.samples.bench.gpu;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.samples.gpt.GptBatch;
import java.util.Locale;
import java.util.Random;

/**
 * Trains one model from one seed by a batch as a whole and in micro-batches, both recorded after some steps, and prints how far the losses
 * are apart. Of each sequence's targets another number counts, so that parts count differently in every batch.
 */
public final class PartsAgainstWhole {
    private static final int STEPS = 50;
    private static final double LEARNING_RATE = 1e-3;
    private static final long IGNORED = -100;

    private PartsAgainstWhole() {}

    public static void main(String[] arguments) {
        try (CheckOneStep whole = CheckOneStep.open(Ranks.single(), Seed.of(1));
                CheckPartsStep parts = CheckPartsStep.open(Ranks.single(), Seed.of(1))) {
            Random random = new Random(1);
            double apart = 0;
            float first = 0;
            float last = 0;
            for (int i = 0; i < STEPS; i++) {
                HostTensor tokens = GpuBenchmark.ids(whole.plan().inputs().get(0), random);
                HostTensor targets = GpuBenchmark.ids(whole.plan().inputs().get(1), random);
                GptBatch batch = new GptBatch(tokens, someIgnored(targets, random));
                double rate = LEARNING_RATE * (i + 1) / STEPS;
                float expected = whole.train(batch, rate);
                last = parts.train(batch, rate);
                first = i == 0 ? last : first;
                apart = Math.max(apart, Math.abs(last - expected) / expected);
            }
            System.out.printf(
                    Locale.ROOT,
                    "{\"check\":\"micro-batches against the whole batch\",\"steps\":%d,\"firstLoss\":%.5f,\"lastLoss\":%.5f,\"largestRelativeDifference\":%.2e}%n",
                    STEPS,
                    first,
                    last,
                    apart);
        }
    }

    private static HostTensor someIgnored(HostTensor targets, Random random) {
        int length = Math.toIntExact(targets.shape()[1]);
        long[] fewer = targets.longs().clone();
        for (int start = 0; start < fewer.length; start += length) {
            int ignored = random.nextInt(length);
            for (int i = start; i < start + ignored; i++) {
                fewer[i] = IGNORED;
            }
        }
        return HostTensor.of(fewer, targets.shape());
    }
}
