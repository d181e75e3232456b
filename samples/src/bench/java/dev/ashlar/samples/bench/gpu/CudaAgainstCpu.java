package dev.ashlar.samples.bench.gpu;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.samples.gpt.GptBatch;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Trains one model from one seed on CPU and CUDA, and prints how far the losses are apart. */
public final class CudaAgainstCpu {
    private static final int STEPS = 50;
    private static final double LEARNING_RATE = 1e-3;

    private CudaAgainstCpu() {}

    public static void main(String[] arguments) {
        try (CheckCpuStep cpu = CheckCpuStep.open(Ranks.single(), Seed.of(1));
                CheckCudaStep cuda = CheckCudaStep.open(Ranks.single(), Seed.of(1))) {
            Random random = new Random(1);
            double apart = 0;
            float first = 0;
            float last = 0;
            for (int i = 0; i < STEPS; i++) {
                List<HostTensor> inputs =
                        cpu.plan().inputs().stream().map(info -> GpuBenchmark.ids(info, random)).toList();
                GptBatch batch = cpu.batch(inputs);
                double rate = LEARNING_RATE * (i + 1) / STEPS;
                float expected = cpu.train(batch, rate);
                last = cuda.train(batch, rate);
                first = i == 0 ? last : first;
                apart = Math.max(apart, Math.abs(last - expected) / expected);
            }
            System.out.printf(
                    Locale.ROOT,
                    "{\"check\":\"cuda against cpu\",\"steps\":%d,\"firstLoss\":%.5f,\"lastLoss\":%.5f,\"largestRelativeDifference\":%.2e}%n",
                    STEPS,
                    first,
                    last,
                    apart);
        }
    }
}
