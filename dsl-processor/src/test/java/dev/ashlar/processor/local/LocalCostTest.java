package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.cost.CollectiveCost;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one device's graph costs: links of 10 microseconds and 1e10 bytes a second. */
class LocalCostTest {
    private static final Mesh FOUR = SimulatedMesh.mesh(4);

    private static ModelCost cost(ModelSpecs model, Assignment assignment) {
        return new CostModel(SimulatedMesh.device(false), NumberFormat.FP32)
                .of(Local.graph(model, FOUR, assignment).train());
    }

    private static OperatorCost operator(ModelCost cost, String name) {
        return cost.operators().stream()
                .filter(o -> o.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyRepetitionPaysItsCollectives() {
        ModelSpecs model = ModelSpecs.model("Pairs", "batch=8 d=4", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Linear(out = "d") start(x)
                        @Repeat("3") @Use(Pair) body(start)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """).block("Pair", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "4*d") up(x)
                        @Gelu act(up)
                        @Output @Linear(out = "d") down(act)
                        """);
        ModelCost cost = cost(
                model,
                new TestAssignment(FOUR)
                        .with("up", "x[R] weight[S0] bias[S0] -> y[S1]")
                        .with("act", "x[S1] -> y[S1]")
                        .with("down", "x[S1] weight[S1] bias[R] -> y[P]"));
        assertEquals(
                List.of(
                        "body[0].down -> output",
                        "body[0].x -> up",
                        "body[1].down -> output",
                        "body[1].x -> up",
                        "body[2].down -> output",
                        "body[2].x -> up"),
                cost.collectives().stream().map(CollectiveCost::name).toList());
        assertEquals(
                List.of(false, true),
                cost.collectives().stream()
                        .map(CollectiveCost::backward)
                        .limit(2)
                        .toList());
        assertEquals(6 * (1e-5 + 192 / 1e10), cost.collectiveSeconds(), 1e-12);
        // a product and a sum for each weight of 16x4 and row, a bias, over four
        assertEquals(
                (2 * 8 * 16 * 4 + 8 * 16) / 4,
                operator(cost, "body[1].up").forward().flops());
    }

    /** Each of 16 tokens reduces 4 bytes, then 8, forward, on top of what the kernels take; nothing backward. */
    @Test
    void kernelsPayWhatTheyReduceInside() {
        ModelCost cost = cost(
                SampleModels.gpt(1),
                new TestAssignment(FOUR)
                        .with("logits", "x[R] weight[S0] -> y[S2]")
                        .with("loss", "logits[S2] targets[R] -> y[R]"));
        Collectives collectives = Local.collectives(FOUR);
        double insideSeconds = Collectives.seconds(collectives.ticks(Collective.ALL_REDUCE, 0, 4 * 16 * 6 / 4))
                + Collectives.seconds(collectives.ticks(Collective.ALL_REDUCE, 0, 8 * 16 * 6 / 4));
        double launchSeconds = 4e-6;
        assertEquals(
                launchSeconds + insideSeconds, operator(cost, "loss").forward().seconds(), 1e-12);
        assertEquals(launchSeconds, operator(cost, "loss").backward().seconds(), 1e-12);
    }
}
