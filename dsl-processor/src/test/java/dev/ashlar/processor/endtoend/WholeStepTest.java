package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.RewritingProcessor;
import dev.ashlar.processor.endtoend.ModelCase.Outcome;
import dev.ashlar.processor.graph.FusedLoss;
import dev.ashlar.processor.graph.PointwiseFusion;
import dev.ashlar.processor.graph.Recompute;
import dev.ashlar.processor.graph.RecomputedGraph;
import dev.ashlar.processor.graph.Segments;
import dev.ashlar.processor.graph.Segments.Segment;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Agreement;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.train.PlannedStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.processing.Processor;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * From source to numbers: each feature of the language is compiled, its written class is loaded, and two accumulated batches of
 * gradients, the losses, the evaluation, the outputs and the running statistics are those of autograd.
 */
final class WholeStepTest {
    private static final int DRAWS = 2;
    private static final Pattern POINTWISE =
            Pattern.compile("@(Add|Gelu|Silu|Multiply|Relu|Scale|Dropout|Tanh|Sigmoid)");
    private static final double[] WEIGHTS = {0.5, 0.25};

    static Stream<ModelCase> cases() {
        return Stream.of(
                        FeedForwardCases.all(),
                        RepeatCases.all(),
                        TransformerCases.all(),
                        SharingCases.all(),
                        ImageModelCases.all(),
                        List.of(LongModel.flat()))
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithAutograd(ModelCase model, @TempDir Path directory) {
        for (int draw = 0; draw < DRAWS; draw++) {
            Map<String, Integer> sizes = sizes(model, draw);
            try (CompiledPlan plan = CompiledPlan.of(model.file(sizes), directory.resolve("draw" + draw))) {
                compare(model, sizes, plan, draw);
                LivePointers.assertNoneLeft(() -> useAll(plan));
            }
        }
    }

    /** All that forward would keep, or a seeded half of it, is computed again. */
    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithAutogradWhenRecomputed(ModelCase model, @TempDir Path directory) {
        Random random = new Random(model.name().hashCode());
        double share = random.nextBoolean() ? 0.5 : 1;
        Processor recomputing = RewritingProcessor.of(graph -> RecomputedGraph.of(
                graph,
                (path, variant) -> Recompute.candidates(variant).stream()
                        .filter(v -> random.nextDouble() < share)
                        .collect(Collectors.toSet())));
        Map<String, Integer> sizes = sizes(model, 7);
        try (CompiledPlan plan = CompiledPlan.of(model.file(sizes), directory, recomputing)) {
            compare(model, sizes, plan, 7);
            LivePointers.assertNoneLeft(() -> useAll(plan));
        }
    }

    static Stream<ModelCase> repeatedCases() {
        return cases().filter(m -> m.file(sizes(m, 11)).contains("@Repeat("));
    }

    /** Repetitions are cut into segments of two or three; what half of the blocks might keep is computed again as well. */
    @ParameterizedTest
    @MethodSource("repeatedCases")
    void agreesWithAutogradInSegments(ModelCase model, @TempDir Path directory) {
        Random random = new Random(model.name().hashCode());
        int length = 2 + random.nextInt(2);
        Map<Variant, Boolean> recomputed = new HashMap<>();
        List<Segment> all = new ArrayList<>();
        Processor segmenting = RewritingProcessor.of(graph -> {
            TrainingGraph less = RecomputedGraph.of(
                    graph,
                    (path, variant) -> recomputed.computeIfAbsent(variant, v -> random.nextBoolean())
                            ? Recompute.candidates(variant)
                            : Set.of());
            return Segments.of(less, use -> {
                List<Segment> own = segments(less, use, length);
                all.addAll(own);
                return own;
            });
        });
        Map<String, Integer> sizes = sizes(model, 11);
        try (CompiledPlan plan = CompiledPlan.of(model.file(sizes), directory, segmenting)) {
            assertEquals(!all.isEmpty(), plan.written("Laptop").contains("Segments["));
            compare(model, sizes, plan, 11);
            LivePointers.assertNoneLeft(() -> useAll(plan));
        }
    }

    private static List<Segment> segments(TrainingGraph graph, UseNode use, int length) {
        List<Segment> segments = new ArrayList<>();
        for (Step step : graph.train().forward()) {
            if (step instanceof Step.BlockForward block && block.node() == use) {
                for (Step.Run run : block.runs()) {
                    long last =
                            use.repeats().isPresent() && Segments.isRepeatable(run.variant()) ? run.to() - length : -1;
                    for (long from = run.from(); from <= last; from += length) {
                        segments.add(new Segment(from, from + length));
                    }
                }
            }
        }
        return segments;
    }

    static Stream<ModelCase> withCrossEntropy() {
        return cases().filter(c -> c.source().contains("@CrossEntropy"));
    }

    /** Head and loss are one operator, which makes the logits of some tokens after the other. */
    @ParameterizedTest
    @MethodSource("withCrossEntropy")
    void agreesWithAutogradWhenTheLossIsInChunks(ModelCase model, @TempDir Path directory) {
        Map<String, Integer> sizes = sizes(model, 2);
        Processor fusing = RewritingProcessor.of(graph -> FusedLoss.of(graph, 3, false));
        try (CompiledPlan plan = CompiledPlan.of(model.file(sizes), directory, fusing)) {
            assertTrue(plan.written("Laptop").contains(".linearCrossEntropy("), plan.written("Laptop"));
            compare(model, sizes, plan, 2);
            LivePointers.assertNoneLeft(() -> useAll(plan));
        }
    }

    static Stream<ModelCase> withFunctionsOfElements() {
        return cases().filter(c -> POINTWISE.matcher(c.source()).find());
    }

    /** As on accelerators: functions of single elements are one operator, norms add what they read; libtorch's kernels do that here. */
    @ParameterizedTest
    @MethodSource("withFunctionsOfElements")
    void agreesWithAutogradWhenFunctionsOfElementsAreOne(ModelCase model, @TempDir Path directory) {
        Map<String, Integer> sizes = sizes(model, 2);
        Processor fusing = RewritingProcessor.of(graph -> {
            TrainingGraph fused = PointwiseFusion.of(graph, name -> false);
            return fused.with(fused.form().onAccelerator());
        });
        try (CompiledPlan plan = CompiledPlan.of(model.file(sizes), directory, fusing)) {
            compare(model, sizes, plan, 2);
            LivePointers.assertNoneLeft(() -> useAll(plan));
        }
    }

    private static void useAll(CompiledPlan plan) {
        try (PlannedStep<?> step = plan.open("Laptop", Seed.of(1))) {
            List<HostTensor> batch = RandomBatch.of(step.plan(), 1);
            CompiledPlan.train(step, batch, 0.01);
            CompiledPlan.evaluate(step, batch);
            CompiledPlan.forward(step, batch);
        }
    }

    static Map<String, Integer> sizes(ModelCase model, long seed) {
        Random random = new Random(31 * seed + model.name().hashCode());
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (String entry : model.dims().split(" ")) {
            String[] parts = entry.split("=|\\.\\.");
            int from = Integer.parseInt(parts[1]);
            int to = Integer.parseInt(parts[parts.length - 1]);
            sizes.put(parts[0], from + random.nextInt(to - from + 1));
        }
        return sizes;
    }

    /** In the smallest memory there is for an update at the end, which leaves the gradients to be looked at. */
    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithAutogradInTheSmallestMemory(ModelCase model, @TempDir Path directory) throws IOException {
        Map<String, Integer> sizes = sizes(model, 5);
        String file = model.file(sizes)
                .replace("@Train()", "@Train(clipping = true)")
                .replace("@Train(t", "@Train(clipping = true, t");
        assertTrue(file.contains("clipping = true"));
        long least;
        try (CompiledPlan whole = CompiledPlan.of(file, directory.resolve("whole"))) {
            String json = Files.readString(whole.result().classes().resolve("net/Laptop.plan.json"));
            Matcher smallest =
                    Pattern.compile("\"smallestFeasibleBytes\": (\\d+)").matcher(json);
            assertTrue(smallest.find());
            least = Long.parseLong(smallest.group(1));
        }
        try (CompiledPlan plan = CompiledPlan.of(within(file, least), directory.resolve("least"))) {
            assertEquals(
                    plan.written("Laptop").contains("// recompute "),
                    plan.written("Laptop").contains(" * again   "));
            compare(model, sizes, plan, 5);
        }
    }

    private static String within(String file, long bytes) {
        return file.replace("memory = \"1GiB\"", "memory = \"" + bytes + "B\"");
    }

    private static void compare(ModelCase model, Map<String, Integer> sizes, CompiledPlan plan, long seed) {
        try (PlannedStep<?> step = plan.open("Laptop", Seed.of(seed));
                PointerScope scope = new PointerScope()) {
            RandomValues.assign(step.parameters(), seed);
            Autograd reference = new Autograd(step.parameters(), ScalarType.Float);
            Autograd exact = new Autograd(step.parameters(), ScalarType.Double);
            for (int i = 0; i < WEIGHTS.length; i++) {
                List<HostTensor> batch = RandomBatch.of(step.plan(), 10 * seed + i);
                float loss = CompiledPlan.accumulate(step, batch, WEIGHTS[i]);
                Outcome outcome = outcome(model, sizes, step, reference, batch);
                total(outcome).mul(new Scalar(WEIGHTS[i])).backward();
                total(outcome(model, sizes, step, exact, batch))
                        .mul(new Scalar(WEIGHTS[i]))
                        .backward();
                compareLosses(step, loss, outcome);
            }
            compareGradients(step, reference, exact);
            compareEvaluation(model, sizes, step, reference, exact, seed);
        }
    }

    private static Outcome outcome(
            ModelCase model, Map<String, Integer> sizes, PlannedStep<?> step, Autograd net, List<HostTensor> batch) {
        net.feed(step.plan().inputs(), batch);
        return model.reference().apply(net, sizes);
    }

    private static Tensor total(Outcome outcome) {
        return outcome.losses.entrySet().stream()
                .map(loss -> loss.getValue().mul(new Scalar(outcome.weights.get(loss.getKey()))))
                .reduce(Tensor::add)
                .orElseThrow();
    }

    private static void compareLosses(PlannedStep<?> step, float loss, Outcome outcome) {
        float sum = total(outcome).item_float();
        assertEquals(sum, loss, 2e-6 * Math.abs(sum));
        assertEquals(outcome.losses.keySet(), step.losses().keySet());
        outcome.losses.forEach((name, expected) -> {
            float value = expected.item_float();
            assertEquals(value, step.losses().get(name), 1e-6 * Math.abs(value), name);
        });
    }

    private static void compareGradients(PlannedStep<?> step, Autograd reference, Autograd exact) {
        for (Parameter parameter : step.parameters().all()) {
            String name = parameter.name();
            Tensor expected = reference.parameter(name);
            if (parameter.kind() == Parameter.Kind.BUFFER) {
                Agreement.assertClose(name, parameter.value(), expected, exact.parameter(name));
            } else if (parameter.trainable() && expected.grad().defined()) {
                Tensor gradient = parameter.gradient();
                assertNotNull(gradient, name);
                Agreement.assertClose(
                        name,
                        gradient,
                        expected.grad(),
                        exact.parameter(name).grad(),
                        reference.parameter(besides(step, name)).grad());
            } else {
                // Frozen, or no loss depends on it.
                assertNull(parameter.gradient(), name);
            }
        }
    }

    /** The weight of a bias, where there is one that is trained; else the parameter itself. */
    private static String besides(PlannedStep<?> step, String name) {
        String weight = name.replaceAll("bias$", "weight");
        boolean trained = step.parameters().all().stream()
                .anyMatch(p -> p.name().equals(weight) && p.trainable() && p.kind() != Parameter.Kind.BUFFER);
        return trained ? weight : name;
    }

    private static void compareEvaluation(
            ModelCase model,
            Map<String, Integer> sizes,
            PlannedStep<?> step,
            Autograd reference,
            Autograd exact,
            long seed) {
        List<HostTensor> batch = RandomBatch.of(step.plan(), 10 * seed + 7);
        reference.training(false);
        exact.training(false);
        Outcome outcome = outcome(model, sizes, step, reference, batch);
        Outcome precise = outcome(model, sizes, step, exact, batch);
        compareLosses(step, CompiledPlan.evaluate(step, batch), outcome);
        Map<String, HostTensor> outputs = CompiledPlan.forward(step, batch);
        assertEquals(outcome.outputs.keySet(), outputs.keySet());
        outputs.forEach((name, value) -> Agreement.assertClose(
                name, Autograd.tensor(value), outcome.outputs.get(name), precise.outputs.get(name)));
    }
}
