package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.plan.MeshPlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.launch.RankThreads;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the planner chooses for several ranks trains as one rank does, whatever the memory, and sends what the plan says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlannedMeshTest {
    private static final int BUDGETS = 3;

    private final OneRank references = new OneRank();

    @TempDir
    private Path directory;

    /** All of them with {@code -Psweep}; without it those whose plans take long are left to it. */
    static Stream<Arguments> cases() {
        boolean all = Integer.getInteger("ashlar.sweep", 0) > 0;
        Set<String> swept = Set.of("gpt on [4]", "llama on [4]", "llama on [2, 2]");
        return models().entrySet().stream()
                .flatMap(m -> Stream.of(new Long[] {2L}, new Long[] {4L}, new Long[] {2L, 2L})
                        .filter(mesh -> all || !swept.contains(m.getKey() + " on " + Arrays.toString(mesh)))
                        .map(mesh -> Arguments.of(m.getKey(), m.getValue().get(), mesh)));
    }

    /** By name, small enough to train many times. */
    static Map<String, Supplier<ModelSpecs>> models() {
        Map<String, Supplier<ModelSpecs>> models = new LinkedHashMap<>();
        models.put("mlp", SampleModels::mlp);
        models.put("cnn", SampleModels::cnn);
        models.put("gpt", () -> SampleModels.gpt("batch=4 seq=8 d=16 heads=4 vocab=32 layers=3"));
        models.put("llama", () -> SampleModels.llamaWithDropout("batch=4 seq=8 d=16 heads=4 vocab=32 layers=2"));
        return models;
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void ranksTrainAsOneDoes(String name, ModelSpecs model, Long[] mesh) throws Exception {
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withDebug(true);
        RankComparison one = references.of(model.plan(), settings, directory.resolve("one"));
        List<Plan> plans = MeshPlans.atBudgets(model.mesh(mesh), BUDGETS);
        for (int i = 0; i < plans.size(); i++) {
            one.check(plans.get(i), directory.resolve("all" + i));
        }
    }

    /** Tensors that pass blocks, inputs that are the same for all repetitions, outputs that feed none. */
    static Map<String, Supplier<ModelSpecs>> passing() {
        Map<String, Supplier<ModelSpecs>> models = new LinkedHashMap<>();
        models.put("skipping", () -> SampleModels.skipping(3));
        models.put("nesting", SampleModels::nesting);
        models.put("attending", () -> SampleModels.attending(2));
        models.put("last", () -> SampleModels.collecting("LAST"));
        models.put("sum", () -> SampleModels.collecting("SUM"));
        return models;
    }

    @ParameterizedTest
    @ValueSource(strings = {"skipping", "nesting", "attending", "last", "sum"})
    void whatPassesBlocks(String name) throws Exception {
        ModelSpecs model = Objects.requireNonNull(passing().get(name)).get();
        ranksTrainAsOneDoes(name, model, new Long[] {2L});
    }

    /** Updates that take memory: parameters are updated part by part. In 16 bits sums are rounded coarsely. */
    @ParameterizedTest
    @CsvSource({
        "mlp, LION, FP32, 1e-4, 1e-5",
        "gpt, LION, FP32, 1e-3, 1e-5",
        "mlp, LION, BF16_MIXED, 1e-2, 1e-2",
        "mlp, SGD, BF16_MIXED, 1e-2, 1e-2",
        "gpt, ADAMW, BF16_MIXED, 3e-2, 3e-2"
    })
    void updatesInParts(String name, OptimizerKind kind, String precision, double losses, double gradients)
            throws Exception {
        ModelSpecs model = Objects.requireNonNull(models().get(name)).get();
        model = model.optimizer(kind.name()).precision(precision);
        Settings settings = Settings.defaults(kind).withDebug(true);
        RankComparison exact = references.of(model.plan(), settings, directory.resolve("one"));
        RankComparison one =
                precision.equals("FP32") ? exact.within(losses, gradients) : exact.roundedWithin(losses, gradients);
        List<Plan> plans = MeshPlans.atBudgets(model.mesh(2L), 2);
        for (int i = 0; i < plans.size(); i++) {
            one.check(plans.get(i), directory.resolve("all" + i));
        }
    }

    private static final String SOURCE = """
            package net;

            import dev.ashlar.dsl.*;

            @Model(dims = "batch=8 d=8")
            public interface Net {
                @Input(shape = "batch d")
                Tensor x();

                @Input(shape = "batch d")
                Tensor targets();

                @Repeat("3")
                @Use(Layer.class)
                Tensor body(Tensor x);

                @Loss
                @MeanSquaredError
                Tensor loss(@In(to = "x") Tensor body, Tensor targets);
            }

            @Block
            interface Layer {
                @Input(shape = "batch d")
                Tensor x();

                @Linear(out = "4*d")
                Tensor up(Tensor x);

                @Gelu
                Tensor act(Tensor up);

                @Output
                @Linear(out = "d")
                Tensor down(Tensor act);
            }

            @Plan(memory = "1MiB")
            interface One extends Net {}

            @Plan(
                    mesh = {2, 2},
                    memory = "1MiB",
                    pins = @Pin(at = "body[1].up", strategy = "x[S0, R] weight[R, S0] -> y[S0, S1]"))
            interface Four extends Net {}
            """;

    /** From annotations to ranks: the pin holds in one repetition, which is written apart from the others. */
    @Test
    void aCompiledPlanRunsOnItsMesh() throws Exception {
        try (CompiledPlan compiled = CompiledPlan.of(SOURCE, directory)) {
            Path classes = compiled.result().classes();
            String json =
                    Files.readString(classes.resolve("net/Four.plan.json")).replaceAll("\\s", "");
            assertTrue(json.contains("\"mesh\":{\"shape\":[2,2]"), json);
            assertTrue(Files.exists(classes.resolve("net/Four.plan.html")));
            String written = compiled.written("Four");
            assertTrue(written.contains("p.body2[1]"), written);
            assertTrue(written.contains("by x[S0, R] weight[R, S0] bias[R, S0] -> y[S0, S1]"), written);
            List<Float> expected = losses(compiled.open("One", Seed.of(3)));
            RankThreads.run(4, ranks -> losses(compiled.open("Four", ranks, Seed.of(3), null)))
                    .forEach(actual -> {
                        for (int i = 0; i < expected.size(); i++) {
                            assertEquals(expected.get(i), actual.get(i), 1e-4 * expected.get(i));
                        }
                    });
        }
    }

    private static <B> List<Float> losses(PlannedStep<B> step) {
        try (step) {
            return Stream.of(0, 1, 2, 3)
                    .map(i -> step.train(step.batch(RandomBatch.of(step.plan(), i)), 0.01))
                    .toList();
        }
    }
}
