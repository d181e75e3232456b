package dev.ashlar.processor.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Calibration;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.device.ProductTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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

    /** Of y: forward [8, 16] x [16, 2], dx [8, 2] x [2, 16], dw [2, 8] x [8, 16]. The bias's gradient stays with the roofline. */
    @Test
    void measuredProductsTakeTheirTimes() {
        // a grid whose every size but the largest was measured at a time that tells it apart
        List<Long> sizes = List.of(2L, 8L, 16L);
        List<Double> rates = new ArrayList<>();
        for (int i = 0; i < 27; i++) {
            double seconds = 1000 * (1 + i / 9) + 10 * (1 + i / 3 % 3) + (1 + i % 3);
            rates.add(2.0 * sizes.get(i / 9) * sizes.get(i / 3 % 3) * sizes.get(i % 3) / seconds);
        }
        ProductTable table = new ProductTable(sizes, sizes, sizes, rates);
        OperatorCost y = operator(cost(measured(0, Map.of(NumberFormat.FP32, table))), "y");
        assertEquals(2013 + 16 / 2.0, y.forward().seconds(), 1e-6); // the bias is added within
        double rest = Math.max(16 / 2.0, 4 * (16 + 2) / 4.0);
        assertEquals(2031 + 1032 + rest, y.backward().seconds(), 1e-6);
        OperatorCost other = operator(cost(measured(0, Map.of(NumberFormat.BF16, table))), "y");
        assertEquals(528 / 2.0, other.forward().seconds(), "the other format was measured");
    }

    @Test
    void hostCallsCount() {
        OperatorCost y = operator(cost(measured(1e6, Map.of())), "y");
        assertEquals(1e6, y.forward().seconds());
        assertEquals(3e6, y.backward().seconds());
    }

    private static Device measured(double hostSeconds, Map<NumberFormat, ProductTable> products) {
        Map<NumberFormat, Double> rates = Map.of(NumberFormat.FP32, 2.0, NumberFormat.BF16, 2.0);
        Calibration calibration = new Calibration(
                0,
                new TreeMap<>(),
                new TreeMap<>(),
                hostSeconds,
                Map.of(),
                1,
                products,
                new TreeMap<>(),
                new TreeMap<>(),
                Optional.empty());
        return new Device("test", 1, 0, rates, 4, 0, true, LINK, calibration);
    }

    private static ModelCost cost(Device device) {
        return new CostModel(device, NumberFormat.FP32)
                .of(SampleModels.mlp().graph().train());
    }

    private static OperatorCost operator(ModelCost cost, String name) {
        return cost.operators().stream()
                .filter(o -> o.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
