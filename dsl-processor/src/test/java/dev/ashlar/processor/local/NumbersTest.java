package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.op.Element;
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
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Simulated ranks that run one device's graph each have together the losses and gradients of one device that runs the whole. */
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
                        Arguments.of("nested", SampleModels.nested(), m)));
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void agreeWithTheSerialModel(String name, ModelSpecs model, Mesh mesh) {
        Mesh one = SimulatedMesh.mesh(1);
        for (int seed = 0; seed < DRAWS; seed++) {
            try (PointerScope scope = new PointerScope();
                    Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), true)) {
                Outcome serial = run(model.graph(), one, new TestAssignment(one), engine);
                Assignment assignment = new RandomAssignment(mesh, seed, seed % 2 == 0, NumbersTest::isKnown);
                Outcome sharded = run(model.graph(), mesh, assignment, engine);
                compare(name + " " + seed, serial, sharded);
            }
        }
    }

    /** Kernels that reduce inside need ranks that run at once. */
    private static boolean isKnown(OperatorNode node, Strategy strategy) {
        return strategy.insideAxes().isEmpty();
    }

    private record Outcome(List<Grid> losses, Map<String, Grid> gradients) {}

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
    }

    private static double norm(Grid grid) {
        return Math.sqrt(Arrays.stream(grid.values()).map(v -> v * v).sum());
    }

    private static Outcome run(TrainingGraph whole, Mesh mesh, Assignment assignment, Engine engine) {
        TrainingGraph local = LocalGraph.of(
                whole, assignment, Local.collectives(mesh), dev.ashlar.processor.device.NumberFormat.FP32);
        SimulatedMesh ranks = new SimulatedMesh(mesh);
        Random random = new Random(11);
        Map<String, Layout> layouts = new HashMap<>();
        Map<String, List<Tensor>> parameters = new HashMap<>();
        distribute(whole.graph().root(), "", "", ranks, assignment, layouts, parameters);
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
        execution
                .gradients()
                .forEach((name, parts) ->
                        gradients.put(name, ranks.assemble(grids(parts), layouts.get(name), TOLERANCE)));
        return new Outcome(losses, gradients);
    }

    /** Draws every parameter by its name and cuts it up as the operator that has it wants it. */
    private static void distribute(
            Scope scope,
            String path,
            String owner,
            SimulatedMesh ranks,
            Assignment assignment,
            Map<String, Layout> layouts,
            Map<String, List<Tensor>> parameters) {
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                Strategy strategy = assignment.strategy(path, operator);
                for (int i = 0; i < operator.parameters().size(); i++) {
                    String name = owner + operator.parameters().get(i).name();
                    Layout layout = strategy.operands().get(operator.inputs().size() + i);
                    Random random = new Random(name.hashCode());
                    List<Long> shape = operator.parameters().get(i).type().sizes();
                    Grid grid = Grid.random(shape, random).map((v, k) -> 0.3 * random.nextGaussian());
                    layouts.put(name, layout);
                    parameters.put(name, tensors(ranks.distribute(grid, layout, random), ScalarType.Float));
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
                            layouts,
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
