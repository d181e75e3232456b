package dev.ashlar.samples.bench.gpu;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.Mains;
import dev.ashlar.samples.gpt.GptBatch;
import java.util.List;
import java.util.Random;

/**
 * Loses a rank in step 20, {@code LostRank halt|throw}: by an end without a word, or by an exception. The others have to say so and to end
 * with code 3. Without an argument no rank is lost, and all end with code 0.
 */
public final class LostRank {
    private static final int STEPS = 40;
    private static final int LAST = 20;
    private static final int LOST = 137;

    private LostRank() {}

    public static void main(String[] arguments) {
        String how = arguments.length == 0 ? "" : arguments[0];
        Mains.run(() -> {
            try (Ranks ranks = Ranks.fromEnvironment();
                    CheckPairStep step = CheckPairStep.open(ranks, Seed.of(1))) {
                Random random = new Random(1);
                for (int i = 0; i < STEPS; i++) {
                    if (i == LAST && ranks.rank() == 1 && how.equals("halt")) {
                        Runtime.getRuntime().halt(LOST);
                    }
                    if (i == LAST && ranks.rank() == 1 && how.equals("throw")) {
                        throw new IllegalStateException("this rank fails on purpose");
                    }
                    List<HostTensor> inputs = step.plan().inputs().stream()
                            .map(info -> GpuBenchmark.ids(info, random))
                            .toList();
                    step.train(new GptBatch(inputs.get(0), inputs.get(1)), 1e-3);
                }
                if (ranks.rank() == 0) {
                    System.out.println("{\"check\":\"ranks end\",\"steps\":" + step.updates() + "}");
                }
            }
        });
    }
}
