package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.CompilerKit;
import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.graph.FusedLoss;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UpdateInBackward;
import dev.ashlar.processor.plan.MeshPlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.launch.RankThreads;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever form its step has, a plan of several ranks trains as the plain one of one rank, and sends what it says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MeshFormsTest {
    private static final int BUDGETS = 2;
    private static final Settings SETTINGS =
            Settings.defaults(OptimizerKind.ADAMW).withDebug(true);

    private final OneRank references = new OneRank();

    @TempDir
    private Path directory;

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of("mlp", new Long[] {2L, 2L}),
                Arguments.of("gpt", new Long[] {2L}),
                Arguments.of("llama", new Long[] {2L}));
    }

    private static ModelSpecs model(String name) {
        Map<String, Supplier<ModelSpecs>> models = PlannedMeshTest.models();
        return Objects.requireNonNull(models.get(name)).get();
    }

    /** Masks of dropout are those of the whole batch too. */
    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void inMicroBatches(String name, Long[] mesh) throws Exception {
        check(model(name).plan(), model(name).mesh(mesh).microBatches(2), UnaryOperator.identity());
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void updatingInBackward(String name, Long[] mesh) throws Exception {
        check(model(name).plan(), model(name).mesh(mesh), UpdateInBackward::of);
    }

    /** With what backward updates, and with micro-batches too. */
    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("heads")
    void headAndLossInChunks(String name, Long[] mesh) throws Exception {
        check(model(name).plan(), model(name).mesh(mesh), g -> FusedLoss.of(g, 3, false));
    }

    static Stream<Arguments> heads() {
        return Stream.of(Arguments.of("gpt", new Long[] {2L, 2L}), Arguments.of("llama", new Long[] {2L}));
    }

    @Test
    void allFormsAtOnce() throws Exception {
        UnaryOperator<TrainingGraph> chunks = g -> FusedLoss.of(g, 2, false);
        Long[] two = {2L};
        check(model("gpt").plan(), model("gpt").mesh(two), g -> UpdateInBackward.of(chunks.apply(g)));
        check(model("gpt").plan(), model("gpt").mesh(two).microBatches(2), chunks);
    }

    private static final String SOURCE = """
            package net;
            import dev.ashlar.dsl.*;
            @Model(dims = "batch=16 seq=16 d=8 heads=2 vocab=16")
            interface Net {
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor tokens();
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor targets();
                @Embedding(rows = "vocab", dim = "d") Tensor wte(Tensor tokens);
                @Repeat("2") @Use(value = Decoder.class, dims = "heads=heads") Tensor body(Tensor wte);
                @Output @Linear(out = "vocab", bias = false) Tensor logits(Tensor body);
                @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
            }
            @Block
            interface Decoder {
                @Input(shape = "batch seq d") Tensor x();
                @LayerNorm Tensor ln(Tensor x);
                @Attention(heads = "heads", causal = true) Tensor attn(Tensor ln);
                @Dropout(p = 0.3) Tensor kept(Tensor attn);
                @Output @Add Tensor y(Tensor x, Tensor kept);
            }
            @Plan(memory = "1GiB", microBatches = 1)
            interface One extends Net {}
            @Plan(mesh = 2, memory = "%s", microBatches = %d)
            interface Two extends Net {}
            """;

    /** A little less than the smallest memory of the batch as a whole is enough, and trains alike. */
    @Test
    void microBatchesAreChosenWhereMemoryIsTight() throws Exception {
        long least;
        try (CompiledPlan whole = CompiledPlan.of(SOURCE.formatted("1GiB", 1), directory.resolve("whole"))) {
            least = number(whole, "smallestFeasibleBytes");
        }
        String source = SOURCE.formatted(least - 1 + "B", 0);
        try (CompiledPlan split = CompiledPlan.of(source, directory.resolve("split"))) {
            assertTrue(number(split, "microBatches") > 1);
            assertTrue(number(split, "smallestFeasibleBytes") < least);
            List<Float> expected = losses(split.open("One", Seed.of(3)));
            RankThreads.run(2, ranks -> losses(split.open("Two", ranks, Seed.of(3), null)))
                    .forEach(actual -> {
                        for (int i = 0; i < expected.size(); i++) {
                            assertEquals(expected.get(i), actual.get(i), 1e-4 * expected.get(i));
                        }
                    });
        }
    }

    /** One row cannot be shared: eight micro-batches are no plan then, and no error either. */
    @Test
    void pinsThatMicroBatchesCannotObey() {
        String pin =
                "pins = @Pin(at = \"body[*].ln\", strategy = \"x[S0] weight[R] bias[R] -> y[S0]\"), microBatches = 0";
        String source = SOURCE.replace("microBatches = %d", pin).replace("batch=16", "batch=8");
        CompilerKit.Result result = CompilerKit.with(CompilerKit.Kind.JAVAC)
                .source("net/Net.java", source.formatted("1KiB"))
                .compile(directory);
        assertEquals(1, result.findings().size(), () -> result.findings().toString());
        String message = result.findings().get(0).message();
        assertTrue(message.contains("ASH-063"), message);
    }

    private static long number(CompiledPlan plan, String key) throws IOException {
        String json = Files.readString(plan.result().classes().resolve("net/Two.plan.json"));
        Matcher value = Pattern.compile("\"" + key + "\": (\\d+)").matcher(json);
        assertTrue(value.find());
        return Long.parseLong(value.group(1));
    }

    private static <B> List<Float> losses(PlannedStep<B> step) {
        try (step) {
            return Stream.of(0, 1, 2, 3)
                    .map(i -> step.train(step.batch(RandomBatch.of(step.plan(), i)), 0.01))
                    .toList();
        }
    }

    private void check(Plan serial, ModelSpecs onMesh, UnaryOperator<TrainingGraph> form) throws Exception {
        RankComparison one = references.of(serial, SETTINGS, directory.resolve("one"));
        List<Plan> plans = MeshPlans.atBudgets(onMesh, form, BUDGETS);
        for (int i = 0; i < plans.size(); i++) {
            one.check(plans.get(i), directory.resolve("all" + i));
        }
    }
}
