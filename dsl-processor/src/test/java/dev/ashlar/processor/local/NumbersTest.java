package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Recompute;
import dev.ashlar.processor.graph.RecomputedGraph;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.ModelParameters;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Grid;
import dev.ashlar.processor.shard.GridTensors;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Simulated ranks that run one device's graph each have together the losses, gradients and updated parameters of one device that runs
 * the whole.
 */
class NumbersTest {
    private static final int DRAWS = 8;
    private static final double TOLERANCE = 1e-4;

    static Stream<Arguments> cases() {
        List<Mesh> meshes = List.of(SimulatedMesh.mesh(2), SimulatedMesh.mesh(2, 2));
        return meshes.stream()
                .flatMap(m -> Stream.of(
                        Arguments.of("mlp", SampleModels.mlp(), m),
                        Arguments.of("several losses", SampleModels.severalLosses(), m),
                        Arguments.of("gpt", SampleModels.gpt(2), m),
                        Arguments.of("tied", tied(), m),
                        Arguments.of("nested", SampleModels.nested(), m)));
    }

    /** One parameter of two operators, of all repetitions of a block, and of two uses of it. */
    private static ModelSpecs tied() {
        return ModelSpecs.model("Tied", "batch=2 seq=4 d=8 vocab=16", """
                        @Input(shape = "batch seq", dtype = INT64) tokens()
                        @Input(shape = "batch seq", dtype = INT64) targets()
                        @Embedding(rows = "vocab", dim = "d") wte(tokens)
                        @Repeat(value = "2", shared = true) @Use(Block) body(wte)
                        @Repeat(value = "2", shared = true) @Use(Block) @Tied("body") again(body)
                        @Output @Tied("weight=wte.weight") @Linear(out = "vocab", bias = false) logits(again)
                        @Loss @CrossEntropy loss(logits, targets)
                        """).block("Block", "", """
                        @Input(shape = "batch seq d") x()
                        @RmsNorm norm(x)
                        @Linear(out = "2*d") up(norm)
                        @Gelu act(up)
                        @Linear(out = "d", bias = false) down(act)
                        @Output @Add y(x, down)
                        """);
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void agreeWithTheSerialModel(String name, ModelSpecs model, Mesh mesh) {
        agree(name, model, mesh, seed -> draw(mesh, seed), seed -> Optional.empty());
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void agreeWhateverBackwardMakesAgain(String name, ModelSpecs model, Mesh mesh) {
        agree(name, model, mesh, seed -> draw(mesh, seed), seed -> Optional.of(new Random(seed)));
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void agreeHoweverParametersAreStored(String name, ModelSpecs model, Mesh mesh) {
        agree(
                name,
                model,
                mesh,
                seed -> new RandomStorage(draw(mesh, seed), mesh, seed, seed % 2 == 0),
                seed -> seed % 4 < 2 ? Optional.empty() : Optional.of(new Random(seed)));
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void agreeWhenGradientsAreReducedBesideBackward(String name, ModelSpecs model, Mesh mesh) {
        for (int seed = 0; seed < DRAWS; seed++) {
            Assignment assignment = draw(mesh, seed);
            Collectives links = new Collectives(mesh, SimulatedMesh.device(seed % 2 == 0));
            agree(
                    name,
                    model,
                    mesh,
                    s -> assignment,
                    s -> Optional.empty(),
                    g -> GradientReductions.of(g, links, NumberFormat.FP32),
                    1);
        }
    }

    private static Assignment draw(Mesh mesh, int seed) {
        return new RandomAssignment(mesh, seed, seed % 2 == 0, NumbersTest::isKnown);
    }

    /** @param again draws what backward makes again */
    private static void agree(
            String name,
            ModelSpecs model,
            Mesh mesh,
            IntFunction<Assignment> assignments,
            IntFunction<Optional<Random>> again) {
        agree(name, model, mesh, assignments, again, g -> g, DRAWS);
    }

    private static void agree(
            String name,
            ModelSpecs model,
            Mesh mesh,
            IntFunction<Assignment> assignments,
            IntFunction<Optional<Random>> again,
            UnaryOperator<TrainingGraph> reducing,
            int draws) {
        Mesh one = SimulatedMesh.mesh(1);
        for (int seed = 0; seed < draws; seed++) {
            try (PointerScope scope = new PointerScope();
                    Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), true)) {
                Outcome serial = run(model.graph(), one, new TestAssignment(one), Optional.empty(), g -> g, engine);
                Outcome sharded =
                        run(model.graph(), mesh, assignments.apply(seed), again.apply(seed), reducing, engine);
                compare(name + " " + seed, serial, sharded);
            }
        }
    }

    /** Kernels that reduce inside need ranks that run at once. */
    private static boolean isKnown(OperatorNode node, Strategy strategy) {
        return strategy.insideAxes().isEmpty();
    }

    private record Outcome(List<Grid> losses, Map<String, Grid> gradients, Map<String, Grid> parameters) {}

    private static void compare(String what, Outcome expected, Outcome actual) {
        for (int i = 0; i < expected.losses().size(); i++) {
            actual.losses().get(i).assertClose(what + " loss", expected.losses().get(i), TOLERANCE);
        }
        assertEquals(expected.gradients().keySet(), actual.gradients().keySet(), what);
        double largest = expected.gradients().values().stream()
                .mapToDouble(NumbersTest::norm)
                .max()
                .orElseThrow();
        expected.gradients().forEach((name, gradient) -> {
            double error = norm(actual.gradients().get(name).plus(gradient.times(-1)));
            // the bias of attention's keys has no gradient but rounding
            assertTrue(
                    error <= TOLERANCE * norm(gradient) + 1e-6 * largest,
                    () -> what + " gradient of " + name + ": error " + error + " of " + norm(gradient));
        });
        assertEquals(expected.parameters().keySet(), actual.parameters().keySet(), what);
        expected.parameters()
                .forEach((name, parameter) ->
                        actual.parameters().get(name).assertClose(what + " updated " + name, parameter, TOLERANCE));
    }

    private static double norm(Grid grid) {
        return Math.sqrt(Arrays.stream(grid.values()).map(v -> v * v).sum());
    }

    private static Outcome run(
            TrainingGraph whole,
            Mesh mesh,
            Assignment assignment,
            Optional<Random> again,
            UnaryOperator<TrainingGraph> reducing,
            Engine engine) {
        TrainingGraph kept = LocalGraph.of(whole, assignment, Local.collectives(mesh), NumberFormat.FP32);
        TrainingGraph local = reducing.apply(again.map(draw -> RecomputedGraph.of(kept, (path, v) -> some(v, draw)))
                .orElse(kept));
        SimulatedMesh ranks = new SimulatedMesh(mesh);
        Random random = new Random(11);
        Map<String, ParameterStorage> storage = new TreeMap<>();
        Map<String, List<Tensor>> parameters = new HashMap<>();
        distribute(whole.graph().root(), "", "", ranks, assignment, storage, parameters);
        List<List<Tensor>> inputs = new ArrayList<>();
        for (ScopeInput input : whole.graph().root().inputs()) {
            boolean ids = input.value().type().element() == Element.INT64;
            List<Long> shape = input.value().type().sizes();
            Grid grid = Grid.random(shape, random).map((v, i) -> ids ? Math.abs(4 * v) : v);
            inputs.add(tensors(
                    ranks.distribute(grid, assignment.input(input), random), ids ? ScalarType.Long : ScalarType.Float));
        }
        RankExecution execution = new RankExecution(mesh, engine, parameters);
        List<Grid> losses = new ArrayList<>();
        for (List<Tensor> loss : execution.train(local.train(), inputs)) {
            losses.add(ranks.assemble(grids(loss), Layout.replicated(mesh.rank()), TOLERANCE));
        }
        Map<String, Grid> gradients = new HashMap<>();
        Map<String, Grid> updated = new HashMap<>();
        RankUpdate update = new RankUpdate(ranks, mesh);
        for (ModelParameter parameter : ModelParameters.of(local)) {
            String name = parameter.name();
            if (execution.gradients().containsKey(name)) {
                ParameterStorage lies = storage.get(name);
                List<Grid> gradient = grids(execution.gradients().get(name));
                List<Grid> after = update.step(parameter, lies, grids(parameters.get(name)), gradient);
                gradients.put(name, ranks.assemble(gradient, lies.state(), TOLERANCE));
                updated.put(name, ranks.assemble(after, lies.parameter(), TOLERANCE));
            }
        }
        assertEquals(execution.gradients().keySet(), gradients.keySet());
        return new Outcome(losses, gradients, updated);
    }

    private static Set<Value> some(Variant variant, Random draw) {
        return Recompute.candidates(variant).stream()
                .filter(v -> draw.nextBoolean())
                .collect(Collectors.toSet());
    }

    /** Draws every parameter by its name and cuts it up as it is stored. */
    private static void distribute(
            Scope scope,
            String path,
            String owner,
            SimulatedMesh ranks,
            Assignment assignment,
            Map<String, ParameterStorage> storage,
            Map<String, List<Tensor>> parameters) {
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                for (int i = 0; i < operator.parameters().size(); i++) {
                    String name = owner + operator.parameters().get(i).name();
                    if (storage.containsKey(name)) {
                        continue;
                    }
                    ParameterStorage lies = assignment.storage(path, operator, i);
                    Random random = new Random(name.hashCode());
                    List<Long> shape = operator.parameters().get(i).type().sizes();
                    Grid grid = Grid.random(shape, random).map((v, k) -> 0.3 * random.nextGaussian());
                    storage.put(name, lies);
                    parameters.put(name, tensors(ranks.distribute(grid, lies.parameter(), random), ScalarType.Float));
                }
            } else if (node instanceof UseNode use) {
                for (long i = 0; i < use.count(); i++) {
                    String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                    distribute(
                            use.scope(),
                            path + use.name() + index,
                            owner + Trainable.instance(use, i),
                            ranks,
                            assignment,
                            storage,
                            parameters);
                }
            }
        }
    }

    private static List<Tensor> tensors(List<Grid> grids, ScalarType type) {
        return grids.stream().map(g -> GridTensors.tensor(g, type)).toList();
    }

    private static List<Grid> grids(List<Tensor> tensors) {
        return tensors.stream().map(GridTensors::grid).toList();
    }
}
