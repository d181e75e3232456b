package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.RandomAssignment;
import dev.ashlar.processor.local.RandomStorage;
import dev.ashlar.processor.local.TestAssignment;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model that is laid out over ranks as people do it.
 *
 * @param name of the way
 * @param model for all ranks together
 */
record MeshCase(String name, ModelSpecs model, Mesh mesh, Assignment assignment) {
    @Override
    public String toString() {
        return name + " on " + mesh;
    }

    static List<MeshCase> all() {
        return List.of(
                batches(SampleModels.mlp(), 2),
                batches(SampleModels.severalLosses(), 4),
                batches(SampleModels.gpt(2), 2),
                batches(SampleModels.nested(), 2),
                batches(dropping(), 2),
                batches(SampleModels.cnn(), 2),
                batches(SampleModels.cnn(), 4),
                sequences(SampleModels.gpt(2), 2),
                vocabulary(SampleModels.gpt(1), 2),
                vocabulary(SampleModels.gpt(1), 4),
                smoothed("[S0, S1]", "[S0, R]"),
                smoothed("[S1, S1]", "[R, R]"),
                smoothed("[S0, S0]", "[S0, S0]"),
                together(SampleModels.gpt(2)),
                stored(batches(SampleModels.gpt(2), 2), 1),
                stored(batches(SampleModels.mlp(), 4), 2),
                stored(together(SampleModels.gpt(2)), 3),
                stored(together(SampleModels.gpt(2)), 4),
                differing(batches(SampleModels.gpt(4), 2), 5),
                differing(batches(SampleModels.nested(), 2), 6),
                differing(together(SampleModels.gpt(3)), 7));
    }

    /** The repetitions of whose blocks store their parameters each in other layouts. */
    private static MeshCase differing(MeshCase layout, int seed) {
        return new MeshCase(
                layout.name() + ", each repetition apart " + seed,
                layout.model(),
                layout.mesh(),
                new RandomStorage(layout.assignment(), layout.mesh(), seed, false));
    }

    /** Models with all kinds of blocks, laid out by chance over 2, 4 and 2x2 ranks. */
    static List<MeshCase> drawn(int draws) {
        List<ModelSpecs> models = List.of(
                SampleModels.mlp(),
                SampleModels.severalLosses(),
                SampleModels.gpt(2),
                SampleModels.cnn(),
                SampleModels.nested(),
                dropping());
        List<Mesh> meshes = List.of(SimulatedMesh.mesh(2, 2), SimulatedMesh.mesh(4), SimulatedMesh.mesh(2));
        List<MeshCase> cases = new ArrayList<>();
        for (int draw = 0; draw < draws; draw++) {
            for (ModelSpecs model : models) {
                Mesh mesh = meshes.get((cases.size() + draw) % meshes.size());
                MeshCase layout = chance(model, mesh, draw);
                cases.add(draw % 2 == 1 ? stored(layout, draw) : layout);
            }
        }
        return cases;
    }

    /** Models, each on 2x2 ranks and then on others. */
    static List<List<MeshCase>> onManyMeshes() {
        ModelSpecs gpt = SampleModels.gpt(2);
        return List.of(
                List.of(
                        stored(together(gpt), 3),
                        stored(vocabulary(gpt, 4), 1),
                        sequences(gpt, 2),
                        chance(gpt, SimulatedMesh.mesh(2, 1), 4),
                        chance(gpt, SimulatedMesh.mesh(1), 0)),
                List.of(
                        stored(chance(dropping(), SimulatedMesh.mesh(2, 2), 2), 2),
                        stored(batches(dropping(), 4), 5),
                        chance(dropping(), SimulatedMesh.mesh(1), 0)),
                List.of(
                        stored(chance(SampleModels.cnn(), SimulatedMesh.mesh(2, 2), 1), 1),
                        batches(SampleModels.cnn(), 4),
                        chance(SampleModels.cnn(), SimulatedMesh.mesh(1), 0)));
    }

    private static MeshCase chance(ModelSpecs model, Mesh mesh, int seed) {
        return new MeshCase(
                "draw " + seed + " of " + model.spec().model().simpleName(),
                model,
                mesh,
                new RandomAssignment(mesh, seed, true));
    }

    /** Blocks with dropout on what attention and layers give. */
    private static ModelSpecs dropping() {
        return ModelSpecs.model("Dropping", "batch=8 seq=8 d=16", """
                        @Input(shape = "batch seq d") x()
                        @Input(shape = "batch seq d") targets()
                        @Repeat("2") @Use(Layer) body(x)
                        @Output @Linear(out = "d") y(body)
                        @Loss @MeanSquaredError loss(x=y, targets)
                        """).block("Layer", "", """
                        @Input(shape = "batch seq d") x()
                        @Attention(heads = "4", causal = true) attn(x)
                        @Dropout(p = 0.2) dropped(attn)
                        @Add mid(x, dropped)
                        @Linear(out = "2*d") up(mid)
                        @Silu act(up)
                        @Linear(out = "d") down(act)
                        @Dropout(p = 0.1) fell(down)
                        @Output @Add y(mid, fell)
                        """);
    }

    /** A loss with smoothed labels, whose logits are cut by rows, by classes or by both. */
    private static MeshCase smoothed(String logits, String targets) {
        Mesh mesh = SimulatedMesh.mesh(2, 2);
        ModelSpecs model = ModelSpecs.model("Smoothed", "batch=8 d=4 classes=12", """
                @Input(shape = "batch d") x()
                @Input(shape = "batch", dtype = INT64) targets()
                @Output @Linear(out = "classes") y(x)
                @Loss @CrossEntropy(labelSmoothing = 0.1) loss(logits=y, targets)
                """);
        TestAssignment assignment = new TestAssignment(mesh)
                .with("loss", "logits" + logits + " targets" + targets + " -> y[R, R]")
                .layout("targets", targets);
        return new MeshCase("smoothed " + logits, model, mesh, assignment);
    }

    /** With parameters that lie in other layouts than those in which they are used. */
    static MeshCase stored(MeshCase layout, int seed) {
        return new MeshCase(
                layout.name() + ", stored apart " + seed,
                layout.model(),
                layout.mesh(),
                new RandomStorage(layout.assignment(), layout.mesh(), seed, true));
    }

    /** Every rank has its part of the batch and all parameters. */
    static MeshCase batches(ModelSpecs model, int ranks) {
        Mesh mesh = SimulatedMesh.mesh(ranks);
        return new MeshCase("batches of " + model.spec().model().simpleName(), model, mesh, new DataParallel(mesh));
    }

    /** The same, of gradients and states only a part. */
    static MeshCase scattered(ModelSpecs model, int ranks, DataParallel.States states) {
        Mesh mesh = SimulatedMesh.mesh(ranks);
        return new MeshCase("scattered " + states, model, mesh, new DataParallel(mesh, states));
    }

    /** Columns and then rows of weights, norms and residuals on parts of the sequence. */
    static MeshCase sequences(ModelSpecs model, int ranks) {
        Mesh mesh = SimulatedMesh.mesh(ranks);
        TestAssignment assignment = new TestAssignment(mesh);
        sequenceParallel().forEach(assignment::with);
        return new MeshCase(
                "sequences", model, mesh, assignment.layout("body.x", "[S1]").layout("body.y", "[S1]"));
    }

    /** Rows of the embedding, columns of the head, and a loss in parts. */
    static MeshCase vocabulary(ModelSpecs model, int ranks) {
        Mesh mesh = SimulatedMesh.mesh(ranks);
        TestAssignment assignment = new TestAssignment(mesh);
        vocabularyParallel().forEach(assignment::with);
        return new MeshCase("vocabulary", model, mesh, assignment.layout("logits", "[S2]"));
    }

    /** Batches along the first mesh axis, all the rest along the second. */
    static MeshCase together(ModelSpecs model) {
        Mesh mesh = SimulatedMesh.mesh(2, 2);
        TestAssignment assignment = new TestAssignment(mesh);
        Map<String, String> inner = new LinkedHashMap<>(sequenceParallel());
        inner.putAll(vocabularyParallel());
        inner.put("embedded", "x[R] weight[R] -> y[R]");
        inner.put("norm", "x[R] weight[R] bias[R] -> y[R]");
        inner.forEach((operator, strategy) -> assignment.with(operator, batched(strategy)));
        for (String tensor : List.of("tokens", "targets")) {
            assignment.layout(tensor, "[S0, R]");
        }
        return new MeshCase(
                "all",
                model,
                mesh,
                assignment
                        .layout("logits", "[S0, S2]")
                        .layout("body.x", "[S0, S1]")
                        .layout("body.y", "[S0, S1]"));
    }

    /** The strategy behind a mesh axis that has the batch; parameters and the loss have none. */
    private static String batched(String strategy) {
        return strategy.replaceAll("(weight|bias)\\[", "$1[R, ")
                .replaceAll("(?<!weight|bias)\\[(?!R, )", "[S0, ")
                .replace("targets[S0, R] -> y[S0, R]", "targets[S0, R] -> y[R, R]");
    }

    private static Map<String, String> sequenceParallel() {
        Map<String, String> strategies = new LinkedHashMap<>();
        strategies.put("ln1", "x[S1] weight[R] bias[R] -> y[S1]");
        for (String projection : List.of("q", "k", "v")) {
            strategies.put("attn." + projection, "x[R] weight[S0] bias[S0] -> y[S2]");
            strategies.put("attn." + projection + "Heads", "x[S2] -> y[S1]");
        }
        strategies.put("attn.heads", "q[S1] k[S1] v[S1] -> y[S1]");
        strategies.put("attn.merged", "x[S1] -> y[S2]");
        strategies.put("attn.out", "x[S2] weight[S1] bias[R] -> y[P]");
        strategies.put("mid", "x0[S1] x1[S1] -> y[S1]");
        strategies.put("ln2", "x[S1] weight[R] bias[R] -> y[S1]");
        strategies.put("up", "x[R] weight[S0] bias[S0] -> y[S2]");
        strategies.put("act", "x[S2] -> y[S2]");
        strategies.put("down", "x[S2] weight[S1] bias[R] -> y[P]");
        strategies.put("y", "x0[S1] x1[S1] -> y[S1]");
        return strategies;
    }

    private static Map<String, String> vocabularyParallel() {
        Map<String, String> strategies = new LinkedHashMap<>();
        strategies.put("wte", "x[R] weight[S0] -> y[P]");
        strategies.put("logits", "x[R] weight[S0] -> y[S2]");
        strategies.put("loss", "logits[S2] targets[R] -> y[R]");
        return strategies;
    }
}
