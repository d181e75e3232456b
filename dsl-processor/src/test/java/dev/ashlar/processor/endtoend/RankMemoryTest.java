package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.WrittenPlan;
import dev.ashlar.processor.graph.FusedLoss;
import dev.ashlar.processor.graph.UpdateInBackward;
import dev.ashlar.processor.op.Avx512;
import dev.ashlar.processor.plan.HandMadePlans;
import dev.ashlar.processor.plan.MeshPlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.launch.RankThreads;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Planned memory of a rank against what libtorch's allocator reports while the written class trains. Needs JDK 22 and the runtime as a
 * jar, that is {@code mvn verify}; elsewhere nothing is measured.
 */
class RankMemoryTest {
    @TempDir
    private Path directory;

    /** Before anything is planned, which takes long. */
    @BeforeEach
    void memoryIsMeasured() {
        try (MemoryMeter meter = MemoryMeter.open()) {
            assumeTrue(meter.available(), meter::toString);
        }
    }

    static Stream<MeshCase> cases() {
        return Stream.of(
                MeshCase.batches(gpt(), 2),
                MeshCase.sequences(gpt(), 2),
                MeshCase.vocabulary(gpt(), 2),
                MeshCase.together(gpt()),
                MeshCase.stored(MeshCase.batches(gpt(), 2), 1),
                MeshCase.scattered(gpt(), 2, DataParallel.States.CUT_ALONG_FIRST),
                MeshCase.scattered(gpt(), 2, DataParallel.States.CUT_ALONG_LAST),
                MeshCase.scattered(gpt(), 2, DataParallel.States.CUT_WITH_PARAMETERS));
    }

    /** Those of {@link PlannedMeshTest} and larger ones on all meshes with {@code -Psweep}; without it a few whose plans are found soon. */
    static Stream<Arguments> models() {
        Map<String, Supplier<ModelSpecs>> models = new LinkedHashMap<>();
        PlannedMeshTest.models().forEach((name, model) -> models.put("small " + name, model));
        models.put("gpt", RankMemoryTest::gpt);
        models.put("gpt in 2", () -> gpt().microBatches(2));
        models.put("llama", () -> SampleModels.llamaWithDropout("batch=8 seq=64 d=64 heads=4 vocab=512 layers=2"));
        models.put("cnn", () -> SampleModels.residual("batch=64 side=20 c=16 classes=10"));
        models.put("gpt lion", () -> gpt().optimizer("LION"));
        models.put("wide mixed", RankMemoryTest::wide);
        boolean all = Integer.getInteger("ashlar.sweep", 0) > 0;
        Set<String> few = Set.of(
                "gpt on [2]",
                "gpt on [2, 2]",
                "gpt in 2 on [2]",
                "gpt lion on [2]",
                "wide mixed on [2, 2]",
                "llama on [2]",
                "cnn on [2]",
                "cnn on [4]",
                "small cnn on [4]");
        return models.entrySet().stream()
                .flatMap(m -> Stream.of(new Long[] {2L}, new Long[] {4L}, new Long[] {2L, 2L})
                        .filter(mesh -> all || few.contains(m.getKey() + " on " + Arrays.toString(mesh)))
                        .map(mesh -> Arguments.of(m.getKey(), m.getValue().get().mesh(mesh), Arrays.toString(mesh))));
    }

    private static ModelSpecs gpt() {
        return SampleModels.gpt("batch=8 seq=64 d=64 heads=4 vocab=512 layers=3");
    }

    /** Little but parameters: nothing takes more than the update. */
    private static ModelSpecs wide() {
        return ModelSpecs.model("Wide", "batch=4 in=64 hidden=1024 out=32", """
                        @Input(shape = "batch in") x()
                        @Input(shape = "batch out") targets()
                        @Linear(out = "hidden") up(x)
                        @Relu act(up)
                        @Output @Linear(out = "out") y(act)
                        @Loss @MeanSquaredError loss(x=y, targets)
                        """)
                .precision("BF16_MIXED")
                .optimizer("LION");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plannedIsMeasured(MeshCase layout) throws Exception {
        check(HandMadePlans.onHosts(layout.model(), layout.mesh(), layout.assignment()), layout.toString(), directory);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsReducedBesideBackwardIsMeasured(MeshCase layout) throws Exception {
        check(
                HandMadePlans.overlapping(layout.model(), layout.mesh(), layout.assignment()),
                layout.toString(),
                directory);
    }

    /** Whatever the planner chooses for a budget. */
    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("models")
    void chosenIsMeasured(String name, ModelSpecs model, String mesh) throws Exception {
        assumeTrue(!name.contains("cnn") || Avx512.isUsed(), "the workspace of convolutions is derived for AVX-512");
        assumeTrue(!name.contains("mixed") || Avx512.hasBfloat(), Avx512.NO_BFLOAT);
        List<Plan> plans = MeshPlans.atBudgets(model, 3);
        for (int i = 0; i < plans.size(); i++) {
            check(plans.get(i), name + " on " + mesh + ", budget " + i, directory.resolve("plan" + i));
        }
    }

    /** A gradient is gone before the next one is made. */
    @Test
    void whatIsUpdatedInBackwardIsMeasured() throws Exception {
        List<Plan> plans = MeshPlans.atBudgets(gpt().mesh(2L), UpdateInBackward::of, 3);
        for (int i = 0; i < plans.size(); i++) {
            check(plans.get(i), "gpt updated in backward on [2], budget " + i, directory.resolve("plan" + i));
        }
    }

    @Test
    void headAndLossInChunksIsMeasured() throws Exception {
        ModelSpecs model = SampleModels.gpt("batch=8 seq=64 d=64 heads=4 vocab=2048 layers=2");
        Plan plan = MeshPlans.atBudgets(model.mesh(2L), g -> FusedLoss.of(g, 8, false), 2)
                .get(0);
        check(plan, "gpt with its loss in chunks on [2]", directory);
    }

    /** The logits of all tokens, of which every rank is given those of the others too. */
    @Test
    void whereEvaluationNeedsMostThatIsMeasured() throws Exception {
        ModelSpecs model = SampleModels.gpt("batch=8 seq=64 d=64 heads=4 vocab=8192 layers=1")
                .mesh(2L);
        long least = model.memory("1GiB").plan().evidence().smallestFeasibleBytes();
        Plan plan = model.memory(least + "B").plan();
        assertTrue(plan.memory().peakAt().contains("logits"), plan.memory().peakAt());
        check(plan, "gpt at its least memory on [2]", directory);
    }

    private static void check(Plan plan, String name, Path directory) throws Exception {
        try (WrittenPlan written = WrittenPlan.of(plan, directory)) {
            List<Long> peaks = RankThreads.run(plan.target().mesh().devices(), ranks -> peak(written, ranks));
            if (Boolean.getBoolean("ashlar.ratios")) {
                System.out.printf(
                        Locale.ROOT,
                        "%s: planned %d, measured %s, ratio %.4f%n",
                        name,
                        plan.memory().peakBytes(),
                        peaks,
                        (double) plan.memory().peakBytes() / Collections.min(peaks));
            }
            for (long peak : peaks) {
                double ratio = (double) plan.memory().peakBytes() / peak;
                assertTrue(1 <= ratio && ratio <= 1.03, () -> name + ": planned / measured = " + ratio);
            }
        }
    }

    private static long peak(WrittenPlan plan, Ranks ranks) throws Exception {
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withDebug(false);
        try (MemoryMeter meter = MemoryMeter.open();
                PlannedStep<?> step = plan.open(ranks, Seed.of(5), settings)) {
            assertEquals(step.plan().parameterBytes() + step.plan().optimizerBytes(), meter.currentBytes());
            train(step); // makes the kernels' tables
            long between = meter.currentBytes();
            meter.resetPeak();
            train(step);
            evaluate(step);
            assertEquals(between, meter.currentBytes());
            return meter.peakBytes();
        }
    }

    private static <B> void evaluate(PlannedStep<B> step) {
        step.forward(step.batch(RandomBatch.of(step.plan(), 2)));
    }

    private static <B> void train(PlannedStep<B> step) {
        step.train(step.batch(RandomBatch.of(step.plan(), 1)), 1e-3);
    }
}
