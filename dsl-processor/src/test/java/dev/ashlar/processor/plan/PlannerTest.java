package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.program.ModelParameter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlannerTest {
    @Test
    void summaryOfAnMlp() {
        assertEquals(
                List.of(
                        "model   Mlp, plan MlpPlan: 114 parameters",
                        "device  cpu, budget 8.0 GiB, FP32, ADAMW",
                        "peak    3.1 KiB at backward act: 456 B parameters, 928 B optimizer state, 136 B gradients, 1.6"
                                + " KiB activations",
                        "saved   4 tensors, 768 B, all kept for backward",
                        "step    about 60 us estimated, 5 us of it update"),
                SampleModels.mlp().plan().summary());
    }

    /** Within the smallest memory there is a plan, with one byte less there is none. */
    @Test
    void oneByteLessDoesNotFit() {
        long least = SampleModels.gpt(3).plan().evidence().smallestFeasibleBytes();
        assertEquals(least, SampleModels.gpt(3).memory(least + "B").plan().deviceBytes());
        List<String> problems = SampleModels.gpt(3).memory(least - 1 + "B").problems();
        assertEquals(1, problems.size());
        assertTrue(
                problems.get(0).contains("(" + (least - 1) + " bytes): the smallest that does needs"), problems.get(0));
        assertTrue(problems.get(0).contains("Write memory = \"" + least + "B\" or more"), problems.get(0));
        assertTrue(problems.get(0).contains("\n  86.3 KiB optimizer state\n"), problems.get(0));
    }

    static Stream<ModelSpecs> models() {
        return Stream.of(
                SampleModels.mlp(),
                SampleModels.cnn(),
                SampleModels.severalLosses(),
                SampleModels.gpt(1),
                SampleModels.gpt(6),
                SampleModels.sharedAndTied(),
                SampleModels.nested(),
                SampleModels.collecting("STACK"),
                SampleModels.flat(60));
    }

    /** Every budget between the smallest and what keeps all has a plan within it, and more memory is never slower. */
    @ParameterizedTest
    @MethodSource("models")
    void moreMemoryIsNeverSlower(ModelSpecs model) {
        Plan whole = model.memory("8GiB").plan();
        long least = whole.evidence().smallestFeasibleBytes();
        double before = Double.POSITIVE_INFINITY;
        for (Tradeoff point : whole.evidence().tradeoffs()) {
            assertTrue(point.stepSeconds() <= before);
            assertTrue(point.gap() >= 0 && point.gap() <= 0.01, () -> "gap " + point.gap());
            before = point.stepSeconds();
        }
        assertEquals(least, whole.evidence().tradeoffs().get(0).budgetBytes());
        assertEquals(whole.time().seconds(), before);
        for (long budget : List.of(least, (least + whole.deviceBytes()) / 2, whole.deviceBytes() - 1)) {
            if (budget < least) {
                continue;
            }
            Plan plan = model.memory(budget + "B").plan();
            assertTrue(plan.deviceBytes() <= budget);
            assertTrue(plan.time().seconds() >= plan.evidence().lowerBoundSeconds() * (1 - 1e-9));
            assertTrue(plan.evidence().gap() <= 1e-4);
            assertEquals(least, plan.evidence().smallestFeasibleBytes());
            assertEquals(
                    plan.time().recomputeSeconds() > 0,
                    !RecomputedSegment.of(plan.operators()).isEmpty());
        }
    }

    /** The same step with the update at the end is a little faster, and needs the gradients' memory. */
    @Test
    void updatesInBackwardWhereMemoryIsShort() {
        Plan whole = SampleModels.gpt(6).plan();
        assertFalse(whole.program().graph().form().updateInBackward());
        Plan atEnd = SampleModels.gpt(6).clipping().plan();
        long least = atEnd.evidence().smallestFeasibleBytes();
        assertTrue(whole.evidence().smallestFeasibleBytes() < least);
        Plan tight = SampleModels.gpt(6).memory(least - 1 + "B").plan();
        assertTrue(tight.program().graph().form().updateInBackward());
        assertTrue(tight.memory().gradientBytes() < whole.memory().gradientBytes() / 4);
        String step = tight.summary().stream()
                .filter(l -> l.startsWith("step"))
                .findFirst()
                .orElseThrow();
        assertTrue(step.endsWith(" of it update in backward"), step);
    }

    /** The logits of all tokens are most of the memory; in chunks their gradients are all that is kept of them. */
    @Test
    void lossInChunksWhereMemoryIsShort() {
        String dims = "batch=8 seq=64 d=16 heads=2 layers=1 vocab=2000";
        Plan whole = SampleModels.gpt(dims).plan();
        assertEquals(1, whole.program().graph().form().lossChunks());
        long logits = 8L * 64 * 2000 * 4;
        assertTrue(whole.memory().peakBytes() > 2 * logits);
        long least = whole.evidence().smallestFeasibleBytes();
        assertTrue(least < 3 * logits / 2, () -> least + " of " + logits);
        Plan plan = SampleModels.gpt(dims).memory(least + "B").plan();
        assertEquals(8, plan.program().graph().form().lossChunks());
        assertTrue(plan.operators().stream()
                .anyMatch(o -> o.cost().name().equals("loss")
                        && o.cost().node().operator().kind().equals("linear_cross_entropy")));
        // Under a pin of the head it stays what the user wrote.
        Plan pinned = SampleModels.gpt(dims).pin("logits", "", "KEEP").plan();
        assertTrue(pinned.evidence().smallestFeasibleBytes() > 2 * logits);
    }

    /** What several repetitions share, or operators before and behind blocks, waits for the end of backward. */
    @Test
    void sharedParametersAreUpdatedAtTheEnd() {
        Plan whole = SampleModels.sharedAndTied().plan();
        long least = whole.evidence().smallestFeasibleBytes();
        Plan plan = SampleModels.sharedAndTied().memory(least + "B").plan();
        assertTrue(plan.program().graph().form().updateInBackward());
        List<String> points = plan.memory().points().stream()
                .map(p -> p.phase() + " " + p.at())
                .toList();
        assertTrue(points.contains("update optimizer"), points::toString);
        assertFalse(points.contains("backward update wte.weight"), points::toString);
        assertTrue(points.stream().anyMatch(p -> p.startsWith("backward update")), points::toString);
    }

    @Test
    void evaluationHasNoChoices() {
        Plan plan = SampleModels.gpt(3).evaluates().plan();
        assertEquals("only plan", plan.evidence().kind());
        assertEquals(plan.deviceBytes(), plan.evidence().smallestFeasibleBytes());
    }

    @Test
    void tellsWhatIsRecomputed() {
        long least = SampleModels.gpt(3).plan().evidence().smallestFeasibleBytes();
        Plan plan = SampleModels.gpt(3).memory(least + "B").plan();
        List<RecomputedSegment> segments = RecomputedSegment.of(plan.operators());
        assertTrue(segments.stream().anyMatch(s -> s.name().startsWith("body[")), segments::toString);
        String line = plan.summary().stream()
                .filter(l -> l.startsWith("again"))
                .findFirst()
                .orElseThrow();
        assertTrue(line.contains(segments.get(0).tensors().get(0)), line);
    }

    @Test
    void fixedBytesCount() {
        Plan plan = SampleModels.mlp().device("h200-sxm").plan();
        assertEquals(plan.memory().peakBytes() + (3L << 28), plan.deviceBytes());
        assertTrue(SampleModels.mlp()
                .device("h200-sxm")
                .memory("700MiB")
                .problems()
                .get(0)
                .endsWith("\n  768.0 MiB that h200-sxm takes beside tensors"));
    }

    @Test
    void targetsThatCannotBePlanned() {
        assertProblem(
                "Plan.device: [ASH-061] There is no device 'gpu'.",
                SampleModels.mlp().device("gpu"));
        assertProblem(
                "Plan.memory: [ASH-060] The memory \"much\" does not",
                SampleModels.mlp().memory("much"));
        assertProblem(
                "Plan.memory: [ASH-060] The plan may use 30.0 GiB but l4 has 24.0 GiB.",
                SampleModels.mlp().device("l4").memory("30GiB"));
        assertProblem(
                "Plan.mesh: [ASH-062] This version does not plan this model on several devices: output 'skip'",
                SampleModels.collecting("STACK").mesh(2L, 4L));
        assertProblem(
                "Plan.mesh: [ASH-062] A mesh axis has at least one device, but this one has 0.",
                SampleModels.mlp().mesh(0L));
        assertProblem(
                "Plan.mesh: [ASH-062] The mesh has no axis.", SampleModels.mlp().mesh());
        assertProblem(
                "Plan.links: [ASH-062] The mesh has 1 axis but there are 2 links.",
                SampleModels.mlp().links("nvlink4", "pcie4"));
        assertProblem(
                "Plan.links: [ASH-062] There is no link 'nvlink'. Did you mean 'nvlink3'?",
                SampleModels.mlp().links("nvlink"));
        assertProblem(
                "Plan.microBatches: [ASH-044] There cannot be -1 micro-batches.",
                SampleModels.mlp().microBatches(-1));
    }

    /** Every mistake is told at once. */
    @Test
    void severalMistakes() {
        assertEquals(
                3,
                SampleModels.mlp()
                        .device("gpu")
                        .memory("much")
                        .mesh(0L)
                        .problems()
                        .size());
    }

    @Test
    void parametersOfTiedAndSharedModels() {
        Plan plan = SampleModels.sharedAndTied().plan();
        Map<String, ModelParameter> parameters = parts(plan).collect(Collectors.toMap(ModelParameter::name, p -> p));
        assertEquals(Optional.of("wte.weight"), parameters.get("logits.weight").tiedTo());
        assertEquals(0, parameters.get("logits.weight").bytes());
        assertEquals(32 * 16 * 4, parameters.get("wte.weight").bytes());
        assertEquals(2 * 32 * 16 * 4 + 4, parameters.get("wte.weight").optimizerBytes());
        // One set for all three layers.
        assertTrue(parameters.containsKey("body.up.weight"));
        assertEquals(
                plan.memory().parameterBytes(),
                parts(plan).mapToLong(ModelParameter::bytes).sum());
        assertEquals(
                plan.memory().gradientBytes(),
                parts(plan)
                        .filter(ModelParameter::trained)
                        .mapToLong(p -> 4 * p.type().elements())
                        .sum());
    }

    @Test
    void frozenParametersAndBuffers() {
        Plan plan = SampleModels.cnn().trainable("logits.**").plan();
        Map<String, ModelParameter.Role> roles =
                parts(plan).collect(Collectors.toMap(ModelParameter::name, ModelParameter::role));
        assertEquals(ModelParameter.Role.FROZEN, roles.get("c1.weight"));
        assertEquals(ModelParameter.Role.BUFFER, roles.get("b1.running_mean"));
        assertEquals(ModelParameter.Role.TRAINABLE, roles.get("logits.weight"));
        assertEquals(4 * (16 * 10 + 10), plan.memory().gradientBytes());
    }

    private static Stream<ModelParameter> parts(Plan plan) {
        return plan.parameters().stream().map(ParameterPlan::part);
    }

    private static void assertProblem(String beginning, ModelSpecs model) {
        List<String> problems = model.problems();
        assertEquals(1, problems.size(), () -> String.join("\n", problems));
        assertTrue(problems.get(0).startsWith(beginning), problems.get(0));
    }
}
