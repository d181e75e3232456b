package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.diagnostic.Diagnostics;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Functions of single elements become one operator where the device has kernels for that. */
final class FusedPlanTest {
    private static ModelSpecs model() {
        return SampleModels.llama("batch=8 seq=256 d=256 heads=4 vocab=512 layers=2")
                .precision("BF16");
    }

    private static List<String> kinds(Plan plan) {
        return plan.operators().stream()
                .filter(o -> o.cost().name().startsWith("body[1].")
                        && List.of("pointwise", "silu", "multiply")
                                .contains(o.whole().operator().kind()))
                .map(o -> o.cost().name() + " " + o.whole().operator().kind())
                .toList();
    }

    @Test
    void onAcceleratorsAlone() {
        List<String> apart = List.of("body[1].gated silu", "body[1].product multiply");
        assertEquals(apart, kinds(model().plan()));
        assertEquals(
                List.of("body[1].product pointwise"),
                kinds(model().device("h100-sxm").plan()));
        assertEquals(
                apart,
                kinds(model().device("h100-sxm")
                        .pin("body[0].gated", "", "KEEP")
                        .plan()));
        assertEquals(
                apart,
                kinds(new Planner(DeviceCatalogue.standard(), new Diagnostics(), false)
                        .plan(model().device("h100-sxm").graph())
                        .orElseThrow()));
    }

    /** Gate and product's other factor are kept, not the activated gate; forward and backward read and write less. */
    @Test
    void takesLessMemoryAndTime() {
        ModelSpecs model = model().device("h100-sxm");
        Plan apart = new Planner(DeviceCatalogue.standard(), new Diagnostics(), false)
                .plan(model.graph())
                .orElseThrow();
        Plan fused = model.plan();
        long activations = 2 * 8 * 256 * 512 * 2L;
        assertEquals(apart.memory().peakBytes() - activations, fused.memory().peakBytes());
        assertTrue(fused.time().seconds() < apart.time().seconds());
    }

    /** The model stays what it is: checkpoints go from one plan to the other. */
    @Test
    void isTheSameModel() {
        Plan cpu = model().plan();
        Plan cuda = model().device("h100-sxm").plan();
        assertEquals(cpu.modelHash(), cuda.modelHash());
        assertNotEquals(cpu.planHash(), cuda.planHash());
    }

    /** Alone it is what it was to pins. */
    @Test
    void obeysPins() {
        ModelSpecs gpt = SampleModels.gpt("batch=8 seq=256 d=256 heads=4 vocab=512 layers=2")
                .precision("BF16")
                .device("h100-sxm")
                .mesh(2L)
                .pin("body[*].act", "x[S0] y[S0]", "RECOMPUTE");
        Plan plan = gpt.plan();
        plan.operators().stream()
                .filter(o -> o.cost().name().endsWith(".act"))
                .forEach(o -> assertEquals("x[S0] -> y[S0]", o.strategy().toString()));
    }
}
