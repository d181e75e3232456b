package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plans as people make them by hand have the collectives that people count. */
class HandMadeTest {
    private static final Mesh FOUR = SimulatedMesh.mesh(4);
    private static final Mesh TWO = SimulatedMesh.mesh(2);

    private static void assertCollectives(ModelSpecs model, Mesh mesh, TestAssignment assignment, String... expected) {
        assertEquals(
                List.of(expected),
                Local.collectives(Local.graph(model, mesh, assignment).train()));
    }

    private static ModelSpecs pairs() {
        return ModelSpecs.model("Pairs", "batch=8 d=4 layers=3", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Linear(out = "d") start(x)
                        @Repeat("layers") @Use(Pair) body(start)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """).block("Pair", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "4*d") up(x)
                        @Gelu act(up)
                        @Output @Linear(out = "d") down(act)
                        """);
    }

    private static TestAssignment columnsThenRows(Mesh mesh) {
        return new TestAssignment(mesh)
                .with("up", "x[R] weight[S0] bias[S0] -> y[S1]")
                .with("act", "x[S1] -> y[S1]")
                .with("down", "x[S1] weight[S1] bias[R] -> y[P]");
    }

    /** An 8x4 tensor of 4 bytes: an all-reduce among four sends 2·3/4 of its 128 bytes. */
    @Test
    void columnsThenRows() {
        assertCollectives(
                pairs(),
                FOUR,
                columnsThenRows(FOUR),
                "forward body.down -> output: all_reduce over 0: [P] -> [R] 192",
                "backward body.x -> up: all_reduce over 0: [P] -> [R] 192");
    }

    /** Weights and biases: 16x4 and 16, 2x16 and 2; the loss is one number. */
    @Test
    void dataParallel() {
        TestAssignment assignment = new TestAssignment(FOUR)
                .layout("x", "[S0]")
                .layout("targets", "[S0]")
                .layout("y", "[S0]")
                .with("up", "x[S0] weight[R] bias[R] -> y[S0]")
                .with("act", "x[S0] -> y[S0]")
                .with("y", "x[S0] weight[R] bias[R] -> y[S0]")
                .with("loss", "x[S0] targets[S0] -> y[P]");
        assertCollectives(
                SampleModels.mlp(),
                FOUR,
                assignment,
                "forward loss -> loss: all_reduce over 0: [P] -> [R] 6",
                "backward y.weight: all_reduce over 0: [P] -> [R] 192",
                "backward y.bias: all_reduce over 0: [P] -> [R] 12",
                "backward up.weight: all_reduce over 0: [P] -> [R] 384",
                "backward up.bias: all_reduce over 0: [P] -> [R] 96");
    }

    /** Megatron's block, layer norms and residuals on parts of the sequence. */
    private static TestAssignment sequenceParallel(Mesh mesh) {
        TestAssignment assignment = new TestAssignment(mesh)
                .layout("body.x", "[S1]")
                .layout("body.y", "[S1]")
                .with("ln1", "x[S1] weight[R] bias[R] -> y[S1]")
                .with("attn.attention", "q[S1] k[S1] v[S1] -> y[S1]")
                .with("mid", "x0[S1] x1[S1] -> y[S1]")
                .with("ln2", "x[S1] weight[R] bias[R] -> y[S1]")
                .with("up", "x[R] weight[S0] bias[S0] -> y[S2]")
                .with("act", "x[S2] -> y[S2]")
                .with("down", "x[S2] weight[S1] bias[R] -> y[P]")
                .with("y", "x0[S1] x1[S1] -> y[S1]");
        for (String projection : List.of("q", "k", "v")) {
            assignment
                    .with("attn." + projection, "x[R] weight[S0] bias[S0] -> y[S2]")
                    .with("attn." + projection + "Heads", "x[S2] -> y[S1]");
        }
        return assignment.with("attn.merged", "x[S1] -> y[S2]").with("attn", "x[S2] weight[S1] bias[R] -> y[P]");
    }

    @Test
    void sequenceParallelBlock() {
        assertCollectives(SampleModels.gpt(2), TWO, sequenceParallel(TWO));
    }

    @Test
    void vocabularySharded() {
        TestAssignment assignment = new TestAssignment(FOUR)
                .with("wte", "x[R] weight[S0] -> y[P]")
                .with("logits", "x[R] weight[S0] -> y[S2]")
                .with("loss", "logits[S2] targets[R] -> y[R]")
                .layout("logits", "[S2]");
        assertCollectives(SampleModels.gpt(1), FOUR, assignment);
    }
}
