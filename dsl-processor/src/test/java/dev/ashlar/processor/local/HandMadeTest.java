package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Recompute;
import dev.ashlar.processor.graph.RecomputedGraph;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.ProgramText;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
                .with("attn.heads", "q[S1] k[S1] v[S1] -> y[S1]")
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
        return assignment.with("attn.merged", "x[S1] -> y[S2]").with("attn.out", "x[S2] weight[S1] bias[R] -> y[P]");
    }

    /** A 2x8x16 tensor of 4 bytes: gathering or scattering it among two sends half of its 1,024 bytes. */
    @Test
    void sequenceParallelBlock() {
        assertCollectives(
                SampleModels.gpt(2),
                TWO,
                sequenceParallel(TWO),
                "forward embedded -> body: slice over 0: [R] -> [S1] 0",
                "forward body.ln1 -> attn.q: all_gather over 0: [S1] -> [R] 512",
                "forward body.attn.out -> mid: reduce_scatter over 0: [P] -> [S1] 512",
                "forward body.ln2 -> up: all_gather over 0: [S1] -> [R] 512",
                "forward body.down -> y: reduce_scatter over 0: [P] -> [S1] 512",
                "forward body -> norm: all_gather over 0: [S1] -> [R] 512",
                "backward body -> norm: slice over 0: [R] -> [S1] 0",
                "backward body.down -> y: all_gather over 0: [S1] -> [R] 512",
                "backward body.ln2 -> up: reduce_scatter over 0: [P] -> [S1] 512",
                "backward body.ln2.weight: all_reduce over 0: [P] -> [R] 64",
                "backward body.ln2.bias: all_reduce over 0: [P] -> [R] 64",
                "backward body.attn.out -> mid: all_gather over 0: [S1] -> [R] 512",
                "backward body.ln1 -> attn.q: reduce_scatter over 0: [P] -> [S1] 512",
                "backward body.ln1.weight: all_reduce over 0: [P] -> [R] 64",
                "backward body.ln1.bias: all_reduce over 0: [P] -> [R] 64",
                "backward embedded -> body: all_gather over 0: [S1] -> [R] 512");
    }

    /**
     * Rows of the embedding and columns of the head over four devices. The cross entropy itself reduces 4 and then 8 bytes for each of
     * the 16 tokens; backward of the embedding, whose output is a sum, has the whole gradient.
     */
    @Test
    void vocabularySharded() {
        TestAssignment assignment = new TestAssignment(FOUR)
                .with("wte", "x[R] weight[S0] -> y[P]")
                .with("logits", "x[R] weight[S0] -> y[S2]")
                .with("loss", "logits[S2] targets[R] -> y[R]")
                .layout("logits", "[S2]");
        assertCollectives(
                SampleModels.gpt(1),
                FOUR,
                assignment,
                "forward wte -> embedded: all_reduce over 0: [P] -> [R] 1536",
                "backward norm -> logits: all_reduce over 0: [P] -> [R] 1536");
        TrainingGraph local = Local.graph(SampleModels.gpt(1), FOUR, assignment);
        Step.Kernel loss = (Step.Kernel) local.train().forward().stream()
                .filter(s -> s instanceof Step.Kernel k && k.kernel().equals("crossEntropy"))
                .findFirst()
                .orElseThrow();
        assertEquals(
                List.of(4L * 16, 8L * 16),
                loss.node().part().orElseThrow().insides().stream()
                        .map(i -> i.reduction().bytes())
                        .toList());
        Step.Kernel embedding = (Step.Kernel) local.train().forward().get(0);
        assertEquals("embeddingShard", embedding.kernel());
        assertEquals(new Step.Offset(List.of(8L)), embedding.arguments().get(2));
    }

    /**
     * As in the timeline's own test: batch 8, 4 to 16 to 2, SGD, 4 bytes a number, the 16 over four devices. Parameters 16+4+8+2 = 30;
     * up, act and their gradients 32; y is reduced in place.
     */
    @Test
    void memoryOfColumnsThenRows() {
        TestAssignment assignment = new TestAssignment(FOUR)
                .with("up", "x[R] weight[S0] bias[S0] -> y[S1]")
                .with("act", "x[S1] -> y[S1]")
                .with("y", "x[S1] weight[S1] bias[R] -> y[P]");
        TrainingGraph local = Local.graph(SampleModels.mlp().optimizer("SGD"), FOUR, assignment);
        MemoryProfile profile = Timeline.of(ProgramBuilder.build(local));
        assertEquals(4 * 30, profile.parameterBytes());
        assertEquals(4 * 30, profile.gradientBytes());
        Map<String, Long> numbers = profile.points().stream()
                .filter(p -> List.of("forward", "backward", "update").contains(p.phase()))
                .collect(Collectors.toMap(p -> p.phase() + " " + p.at(), p -> p.bytes() / 4 - 30));
        assertEquals(
                Map.ofEntries(
                        Map.entry("forward x", 32L),
                        Map.entry("forward targets", 48L),
                        Map.entry("forward up", 48L + 32),
                        Map.entry("forward act", 48L + 32 + 32),
                        Map.entry("forward y", 48L + 32 + 16),
                        Map.entry("forward y -> loss", 48L + 32 + 16),
                        Map.entry("forward loss", 48L + 32 + 16 + 1 + 16),
                        Map.entry("backward dLoss", 97L + 1),
                        Map.entry("backward loss", 98L + 16),
                        Map.entry("backward y", 32L + 32 + 16 + 1 + 32 + 8 + 2),
                        Map.entry("backward act", 32L + 32 + 1 + 32 + 10 + 32),
                        Map.entry("backward up", 32L + 1 + 32 + 10 + 16 + 4),
                        Map.entry("update optimizer", 30L)),
                numbers);
    }

    /** Two readers want the whole of b, but one makes its gradient whole and the other in addends. */
    @Test
    void readersShareOneGatherThoughTheirGradientsDiffer() {
        ModelSpecs model = ModelSpecs.model("Shared", "batch=8 d=4", """
                @Input(shape = "batch d") x()
                @Input(shape = "batch d") targets()
                @Linear(out = "d", bias = false) a(x)
                @Gelu b(a)
                @Tanh c(b)
                @Linear(out = "d", bias = false) e(b)
                @Add y(c, e)
                @Loss @MeanSquaredError loss(x=y, targets)
                """);
        TestAssignment assignment = new TestAssignment(TWO)
                .layout("x", "[S0]")
                .with("a", "x[S0] weight[R] -> y[S0]")
                .with("b", "x[S0] -> y[S0]")
                .with("e", "x[R] weight[S0] -> y[S1]");
        assertCollectives(
                model,
                TWO,
                assignment,
                "forward b -> c: all_gather over 0: [S0] -> [R] 64",
                "forward e -> y: all_gather over 0: [S1] -> [R] 64",
                "backward e -> y: slice over 0: [R] -> [S1] 0",
                "backward b -> e: reduce_scatter over 0: [P] -> [S0] 64",
                "backward b -> c: slice over 0: [R] -> [S0] 0",
                "backward a.weight: all_reduce over 0: [P] -> [R] 64");
    }

    /** A sum that is read as it is as well is copied before it is reduced. */
    @Test
    void whatIsReadAgainIsNotReducedInPlace() {
        ModelSpecs model = ModelSpecs.model("Twice", "batch=8 d=4", """
                @Input(shape = "batch d") x()
                @Input(shape = "batch d") targets()
                @Linear(out = "d", bias = false) a(x)
                @Gelu b(a)
                @Scale(0.5) c(a)
                @Add y(b, c)
                @Loss @MeanSquaredError loss(x=y, targets)
                """);
        TestAssignment assignment = new TestAssignment(TWO)
                .layout("x", "[S1]")
                .with("a", "x[S1] weight[S1] -> y[P]")
                .with("c", "x[P] -> y[P]");
        String text = ProgramText.of(ProgramBuilder.build(Local.graph(model, TWO, assignment)));
        List<String> reduced = text.lines()
                .map(String::strip)
                .filter(l -> l.contains("all_reduce"))
                .limit(2)
                .toList();
        assertEquals(
                List.of(
                        "s.aR[8, 4]COMPUTE = a, all_reduce over 0: [P] -> [R] for a -> b",
                        "cR[8, 4]COMPUTE = take c, all_reduce over 0: [P] -> [R] for c -> y"),
                reduced);
    }

    /** The block may have kept the sum for its backward. */
    @Test
    void whatABlockHasIsNotReducedInPlace() {
        ModelSpecs model = ModelSpecs.model("Given", "batch=8 d=4", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Linear(out = "d", bias = false) a(x)
                        @Use(Block) b(a)
                        @Gelu c(a)
                        @Add y(b, c)
                        @Loss @MeanSquaredError loss(x=y, targets)
                        """).block("Block", "", """
                        @Input(shape = "batch d") x()
                        @Output @Linear(out = "d", bias = false) y(x)
                        """);
        TestAssignment assignment = new TestAssignment(TWO)
                .layout("x", "[S1]")
                .with("a", "x[S1] weight[S1] -> y[P]")
                .layout("b.x", "[P]");
        String text = ProgramText.of(ProgramBuilder.build(Local.graph(model, TWO, assignment)));
        assertEquals(
                List.of("s.aR[8, 4]COMPUTE = a, all_reduce over 0: [P] -> [R] for a -> c"),
                text.lines()
                        .map(String::strip)
                        .filter(l -> l.contains("for a -> c"))
                        .limit(1)
                        .toList());
        assertTrue(text.contains("(share a)"), text);
    }

    /** Kernels write the running statistics, which have eight channels. */
    @Test
    void aBufferLiesInOneLayout() {
        ModelSpecs model =
                ModelSpecs.model("Shared", "batch=4 c=8 h=4 w=4", """
                        @Input(shape = "batch c h w") x()
                        @Input(shape = "batch c h w") targets()
                        @Repeat(value = "2", shared = true) @Use(Norm) body(x)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """).block("Norm", "", """
                        @Input(shape = "batch c h w") x()
                        @Output @BatchNorm2d y(x)
                        """);
        Assignment assignment = new TestAssignment(TWO) {
            @Override
            public Strategy strategy(String path, OperatorNode node) {
                List<Strategy> all = Strategies.of(node, TWO);
                return all.get(path.equals("body[1].") ? 1 : 0);
            }
        };
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Local.graph(model, TWO, assignment));
        assertEquals("body[1].y uses y.running_mean as [S0], but this buffer lies as [R]", refused.getMessage());
    }

    /** Five gathered tensors of 1,024 bytes are not kept, but the halves that they are made of. */
    @Test
    void backwardGathersAgain() {
        TrainingGraph kept = Local.graph(SampleModels.gpt(2), TWO, sequenceParallel(TWO));
        TrainingGraph again = RecomputedGraph.of(
                kept,
                (path, variant) -> Recompute.candidates(variant).stream()
                        .filter(v -> v.name().endsWith(".R"))
                        .collect(Collectors.toSet()));
        List<String> expected = new ArrayList<>();
        for (String collective : Local.collectives(kept.train())) {
            switch (collective) {
                case "backward body -> norm: slice over 0: [R] -> [S1] 0" ->
                    expected.add("backward body -> norm: all_gather over 0: [S1] -> [R] 512");
                case "backward body.ln2 -> up: reduce_scatter over 0: [P] -> [S1] 512" ->
                    expected.add("backward body.ln2 -> up: all_gather over 0: [S1] -> [R] 512");
                case "backward body.ln1 -> attn.q: reduce_scatter over 0: [P] -> [S1] 512" ->
                    expected.add("backward body.ln1 -> attn.q: all_gather over 0: [S1] -> [R] 512");
                default -> {}
            }
            expected.add(collective);
        }
        assertEquals(expected, Local.collectives(again.train()));
        long keptBytes = Timeline.of(ProgramBuilder.build(kept)).savedBytes();
        long againBytes = Timeline.of(ProgramBuilder.build(again)).savedBytes();
        assertEquals(5 * (1024 - 512), keptBytes - againBytes);
    }
}
