package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.WrittenPlan;
import dev.ashlar.processor.plan.HandMadePlans;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.launch.RankThreads;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import dev.ashlar.runtime.train.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Steps whose gradients are reduced beside backward, and steps that wait for every gradient, turn by turn on two ranks: prints the median
 * of both and their ratio. Run {@code OverlapBenchmark [STEPS]} on the test class path with OMP_NUM_THREADS=1.
 */
final class OverlapBenchmark {
    private static final String DIMS = "batch=8 seq=128 d=256 heads=4 vocab=2048 layers=6";

    private OverlapBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int steps = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
        ModelSpecs model = SampleModels.gpt(DIMS);
        MeshCase layout = MeshCase.batches(model, 2);
        Path directory = Files.createTempDirectory("overlap");
        try (WrittenPlan waiting = WrittenPlan.of(
                        HandMadePlans.onHosts(model, layout.mesh(), layout.assignment()),
                        directory.resolve("waiting"));
                WrittenPlan beside = WrittenPlan.of(
                        HandMadePlans.overlapping(model, layout.mesh(), layout.assignment()),
                        directory.resolve("beside"))) {
            List<double[]> medians = RankThreads.run(2, ranks -> medians(waiting, beside, ranks, steps));
            double[] first = medians.get(0);
            System.out.printf(
                    Locale.ROOT,
                    "%s on 2 ranks: waiting %.1f ms, beside backward %.1f ms a step, ratio %.3f%n",
                    DIMS,
                    first[0],
                    first[1],
                    first[1] / first[0]);
        }
    }

    private static double[] medians(WrittenPlan waiting, WrittenPlan beside, Ranks ranks, int steps) throws Exception {
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withDebug(false);
        List<Double> waited = new ArrayList<>();
        List<Double> overlapped = new ArrayList<>();
        try (PlannedStep<?> one = waiting.open(ranks, Seed.of(5), settings);
                PlannedStep<?> other = beside.open(ranks, Seed.of(5), settings)) {
            for (int i = 0; i < steps + 2; i++) {
                double first = millis(one);
                double second = millis(other);
                if (i >= 2) {
                    waited.add(first);
                    overlapped.add(second);
                }
            }
        }
        return new double[] {median(waited), median(overlapped)};
    }

    private static <B> double millis(PlannedStep<B> step) {
        B batch = ((Step<B>) step).batch(RandomBatch.of(step.plan(), 1));
        long start = System.nanoTime();
        step.train(batch, 1e-3);
        return (System.nanoTime() - start) / 1e6;
    }

    private static double median(List<Double> values) {
        Collections.sort(values);
        return values.get(values.size() / 2);
    }
}
