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
import org.junit.jupiter.api.Test;

/** Plans on meshes, chosen by the solver. */
class MeshPlanTest {
    private static final Mesh TWO = SimulatedMesh.mesh(2);
    private static final Mesh FOUR = SimulatedMesh.mesh(4);

    private static Plan plan(ModelSpecs model, Mesh mesh, long budgetBytes) {
        PlanTarget target = new PlanTarget(
                DeviceCatalogue.standard().find("cpu").orElseThrow(), mesh, budgetBytes, NumberFormat.FP32, false);
        List<PinnedOperator> pins = List.of();
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
        long least = free.evidence().smallestFeasibleBytes();
        Plan tight = plan(model, TWO, least - 1);
        assertTrue(tight.program().graph().form().updateInBackward());
        assertTrue(tight.deviceBytes() < least);
        assertTrue(tight.evidence().smallestFeasibleBytes() < least);
        Plan clipped = plan(SampleModels.mlp().clipping(), TWO, least - 1);
        assertEquals(least, clipped.evidence().smallestFeasibleBytes());
        assertTrue(clipped.deviceBytes() >= least);
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
