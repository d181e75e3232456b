package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Plans on meshes, chosen by the solver. */
class MeshPlanTest {
    private static final Mesh TWO = SimulatedMesh.mesh(2);
    private static final Mesh FOUR = SimulatedMesh.mesh(4);

    private static Plan plan(ModelSpecs model, Mesh mesh, long budgetBytes) {
        return plan(model, mesh, budgetBytes, List.of());
    }

    private static Plan plan(ModelSpecs model, Mesh mesh, long budgetBytes, List<PinnedOperator> pins) {
        PlanTarget target = new PlanTarget(
                DeviceCatalogue.standard().find("cpu").orElseThrow(), mesh, budgetBytes, NumberFormat.FP32, false);
        return Planner.plan(model.graph(), target, pins);
    }

    @Test
    void withinTheSmallestMemoryThereIsAPlan() {
        Plan free = plan(SampleModels.mlp(), FOUR, 1L << 33);
        long least = free.evidence().smallestFeasibleBytes();
        Plan tight = plan(SampleModels.mlp(), FOUR, least);
        assertEquals(least, tight.deviceBytes());
        assertTrue(tight.time().seconds() >= free.time().seconds());
        assertTrue(free.evidence().gap() <= 1e-4);
        assertTrue(least < SampleModels.mlp().plan().evidence().smallestFeasibleBytes());
        assertEquals(12, free.evidence().tradeoffs().size());
    }

    /** In less memory than any plan needs whose gradients wait for the end; with clipping they have to. */
    @Test
    void updatesInBackwardWhereMemoryIsShort() {
        ModelSpecs model = SampleModels.mlp();
        Plan free = plan(model, TWO, 1L << 33);
        assertFalse(free.program().graph().form().updateInBackward());
        long least =
                plan(SampleModels.mlp().clipping(), TWO, 1L << 33).evidence().smallestFeasibleBytes();
        Plan tight = plan(model, TWO, least - 1);
        assertTrue(tight.program().graph().form().updateInBackward());
        assertTrue(tight.deviceBytes() < least);
        assertTrue(tight.evidence().smallestFeasibleBytes() < least);
        Plan clipped = plan(SampleModels.mlp().clipping(), TWO, least - 1);
        assertEquals(least, clipped.evidence().smallestFeasibleBytes());
        assertTrue(clipped.deviceBytes() >= least);
    }

    /** The devices share the tokens, and have the logits of an eighth of their own at once. Evaluation has all of them, and fits as well. */
    @Test
    void lossInChunksWhereMemoryIsShort() {
        String dims = "batch=8 seq=64 d=8 heads=2 layers=1 vocab=2000";
        Plan free = plan(SampleModels.gpt(dims), TWO, 1L << 33);
        assertEquals(1, free.program().graph().form().lossChunks());
        // Under a pin of the head it stays what the user wrote.
        PinnedOperator pin = new PinnedOperator("logits", Map.of(), Optional.of(false), new ModelSpecs.At("Plan.pins"));
        long least = plan(SampleModels.gpt(dims), TWO, 1L << 33, List.of(pin))
                .evidence()
                .smallestFeasibleBytes();
        long budget = 2 * least / 3;
        Plan tight = plan(SampleModels.gpt(dims), TWO, budget);
        assertEquals(8, tight.program().graph().form().lossChunks());
        assertTrue(tight.deviceBytes() <= budget);
        assertTrue(tight.evidence().smallestFeasibleBytes() < budget);
        long smallest = tight.evidence().smallestFeasibleBytes();
        assertEquals(smallest, free.evidence().smallestFeasibleBytes());
        assertEquals(smallest, plan(SampleModels.gpt(dims), TWO, smallest).deviceBytes());
        OperatorPlan loss = tight.operators().stream()
                .filter(o -> o.name().equals("loss"))
                .findFirst()
                .orElseThrow();
        assertEquals("x[S0] targets[S0] weight[R] -> y[R]", loss.strategy().toString());
        Plan pinned = plan(SampleModels.gpt(dims), TWO, budget, List.of(pin));
        assertEquals(1, pinned.program().graph().form().lossChunks());
        assertTrue(pinned.deviceBytes() > budget);
    }

    /** The smallest memory is that of all forms of the step, and the same however much there is: that much does, one byte less does not. */
    @Test
    void theSmallestMemoryDoesNotDependOnTheMemory() {
        for (ModelSpecs model : List.of(SampleModels.mlp(), deep())) {
            long least = plan(model, TWO, 1L << 33).evidence().smallestFeasibleBytes();
            Plan tight = plan(model, TWO, least);
            assertTrue(tight.deviceBytes() <= least);
            assertEquals(least, tight.evidence().smallestFeasibleBytes());
            Plan tighter = plan(model, TWO, least - 1);
            assertTrue(tighter.deviceBytes() > least - 1);
            assertEquals(least, tighter.evidence().smallestFeasibleBytes());
        }
    }

    /** Of more blocks than are looked at closely. */
    private static ModelSpecs deep() {
        return ModelSpecs.model("Net", "batch=16 d=8", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Repeat("20") @Use(Layer) body(x)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """).block("Layer", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "d") up(x)
                        @Output @Gelu y(up)
                        """);
    }

    /** With memory to spare, too: kernels for the logits of some tokens are faster there than the loss of all. */
    @Test
    void theFastestFormIsChosen() {
        Plan plan = SampleModels.gpt("batch=16 seq=1024 d=768 heads=12 layers=2 vocab=50304")
                .device("h100-sxm")
                .mesh(4L)
                .memory("80GiB")
                .precision("BF16")
                .plan();
        assertEquals(8, plan.program().graph().form().lossChunks());
        plan.evidence()
                .tradeoffs()
                .forEach(t -> assertTrue(t.stepSeconds() >= plan.evidence().lowerBoundSeconds()));
    }

    /** Evaluation needs most, all logits at once: what is chosen of the head and of all that is there throughout keeps it within the memory. */
    @Test
    void whereEvaluationNeedsMostAPlanIsAsFastAsThatAllows() {
        ModelSpecs model = SampleModels.gpt("batch=16 seq=1024 d=768 heads=12 layers=2 vocab=50304")
                .device("h100-sxm")
                .mesh(2L, 2L)
                .precision("BF16");
        Evidence free = model.memory("80GiB").plan().evidence();
        long least = free.smallestFeasibleBytes();
        assertTrue(free.tradeoffs().get(0).gap() <= 0.02, free.tradeoffs()::toString);
        Plan tight = model.memory(least + (least >> 6) + "B").plan();
        assertTrue(tight.memory().peakAt().contains("logits"), tight.memory().peakAt());
        assertTrue(tight.evidence().gap() <= 1e-3, "gap " + tight.evidence().gap());
        assertTrue(tight.deviceBytes() <= least + (least >> 6));
    }

    /** An alternative is never better than what was chosen. */
    @Test
    void alternativesHaveAPrice() {
        Plan plan = plan(SampleModels.mlp(), FOUR, 1L << 33);
        assertTrue(plan.operators().stream().anyMatch(o -> o.alternative().isPresent()));
        plan.operators()
                .forEach(o -> o.alternative().ifPresent(a -> {
                    assertTrue(a.extraSeconds() >= 0, o.name());
                    assertTrue(!a.strategy().equals(o.strategy().toString()));
                }));
    }
}
