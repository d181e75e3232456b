package dev.ashlar.processor.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.NumberFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CostModelTest {
    private static final Link LINK = new Link("none", 0, 1);

    private static ModelCost cost(double flops, double bandwidth, double launch) {
        Map<NumberFormat, Double> rates = Map.of(NumberFormat.FP32, flops, NumberFormat.BF16, flops);
        Device device = new Device("test", 1, 0, rates, bandwidth, launch, true, LINK);
        return new CostModel(device, NumberFormat.FP32)
                .of(SampleModels.mlp().graph().train());
    }

    /** Of y = x w + b with x [8, 16], w [2, 16]: forward 2*8*2*16 and a bias of 8*2. */
    @Test
    void countsFlopsAndBytes() {
        OperatorCost y = operator(cost(1, 1, 1), "y");
        assertEquals(2 * 8 * 2 * 16 + 8 * 2, y.forward().flops());
        assertEquals(4 * (8 * 16 + 2 * 16 + 2 + 8 * 2), y.forward().bytes());
        assertEquals(1, y.forward().kernels());
        assertEquals(3, y.backward().kernels());
        assertEquals(2 * (2 * 8 * 2 * 16) + 8 * 2, y.backward().flops());
        // dx: dy, w, dx; dw: dy, x, dw; db: dy, db.
        assertEquals(4 * (16 + 32 + 128 + 16 + 128 + 32 + 16 + 2), y.backward().bytes());
    }

    /** Nobody needs the gradient of the model's input. */
    @Test
    void gradientsThatAreNotMadeCostNothing() {
        OperatorCost up = operator(cost(1, 1, 1), "up");
        assertEquals(2, up.backward().kernels());
        assertEquals((2 * (2 * 8 * 16 * 4) + 8 * 16) / 2, up.backward().flops());
    }

    @Test
    void theSlowestDecides() {
        assertEquals(528 / 2.0, operator(cost(2, 1e9, 0), "y").forward().seconds());
        assertEquals(4 * 178 / 2.0, operator(cost(1e9, 2, 0), "y").forward().seconds());
        assertEquals(3 * 7, operator(cost(1e9, 1e9, 7), "y").backward().seconds());
    }

    @Test
    void viewsAreFreeAndLoopsExpanded() {
        Map<NumberFormat, Double> rates = Map.of(NumberFormat.FP32, 1e9, NumberFormat.BF16, 1e9);
        Device device = new Device("test", 1, 0, rates, 1e9, 1, true, LINK);
        ModelCost gpt = new CostModel(device, NumberFormat.FP32)
                .of(SampleModels.gpt(3).graph().train());
        assertEquals(0, operator(gpt, "body[2].attn.qHeads").seconds());
        List<String> ups = gpt.operators().stream()
                .map(OperatorCost::name)
                .filter(n -> n.endsWith(".up"))
                .collect(Collectors.toList());
        assertEquals(List.of("body[0].up", "body[1].up", "body[2].up"), ups);
        assertTrue(gpt.sumSeconds() > 0, "gradients of residual connections meet");
    }

    private static OperatorCost operator(ModelCost cost, String name) {
        return cost.operators().stream()
                .filter(o -> o.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
