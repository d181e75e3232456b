package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Recompute;
import dev.ashlar.processor.graph.RecomputedGraph;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Handle;
import dev.ashlar.processor.op.Shapes;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.program.MemoryGroup;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.ProgramText;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.LocalOperator;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every legal assignment. */
class RandomAssignmentTest {
    private static final List<Mesh> MESHES =
            List.of(SimulatedMesh.mesh(2), SimulatedMesh.mesh(2, 2), SimulatedMesh.mesh(2, 1, 2));
    private static final int DRAWS = 6;

    static Stream<Arguments> cases() {
        return LocalModels.all().entrySet().stream()
                .filter(e -> !e.getKey().equals("flat"))
                .flatMap(e -> MESHES.stream().map(m -> Arguments.of(e.getKey(), e.getValue(), m)));
    }

    /** Of two in three, parameters lie apart from their use. */
    private static Assignment draw(Mesh mesh, int seed) {
        boolean alike = seed % 2 == 0;
        Assignment asUsed = new RandomAssignment(mesh, seed, alike);
        return seed % 3 == 0 ? asUsed : new RandomStorage(asUsed, mesh, seed, alike);
    }

    /** The timeline itself refuses what is freed twice, read too late or left behind. */
    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void memoryAddsUp(String name, ModelSpecs model, Mesh mesh) {
        for (int seed = 0; seed < DRAWS; seed++) {
            Assignment assignment = draw(mesh, seed);
            TrainingGraph whole = model.graph();
            TrainingGraph local = LocalGraph.of(whole, assignment, Local.collectives(mesh), Local.format(model));
            MemoryProfile profile = Timeline.of(ProgramBuilder.build(local));
            assertEquals(
                    profile.peakBytes(),
                    profile.atPeak().stream().mapToLong(MemoryGroup::bytes).sum());
            if (model.spec().train().precision().equals("FP32")) {
                Map<String, Long> elements = new HashMap<>();
                storedElements(whole, whole.graph().root(), "", "", new Placing(mesh, assignment), elements);
                long stored = elements.values().stream().mapToLong(n -> n).sum();
                assertEquals(4 * stored, profile.parameterBytes(), "seed " + seed);
            }
            new Shaped(mesh, assignment)
                    .check(whole.graph().root(), local.graph().root(), "");
            new CostModel(SimulatedMesh.device(false), Local.format(model)).of(local.train());
        }
    }

    /** What is computed again reads copies that forward has made, and keeps them. */
    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void memoryAddsUpWhenRecomputed(String name, ModelSpecs model, Mesh mesh) {
        for (int seed = 0; seed < DRAWS; seed++) {
            Random random = new Random(seed);
            TrainingGraph local = RecomputedGraph.of(
                    Local.graph(model, mesh, draw(mesh, seed)),
                    (path, variant) -> Recompute.candidates(variant).stream()
                            .filter(v -> random.nextBoolean())
                            .collect(Collectors.toSet()));
            MemoryProfile profile = Timeline.of(ProgramBuilder.build(local));
            assertTrue(profile.peakBytes() >= profile.staticBytes());
        }
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void theSameEveryTime(String name, ModelSpecs model, Mesh mesh) {
        String first = ProgramText.of(ProgramBuilder.build(Local.graph(model, mesh, draw(mesh, 3))));
        String second = ProgramText.of(ProgramBuilder.build(Local.graph(model, mesh, draw(mesh, 3))));
        assertEquals(first, second);
    }

    /** Every transfer starts with what the one before it, or a kernel, has made: shapes follow the layouts of the moves. */
    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void transfersJoin(String name, ModelSpecs model, Mesh mesh) {
        int transfers = 0;
        for (int seed = 0; seed < DRAWS; seed++) {
            transfers += join(Local.graph(model, mesh, draw(mesh, seed)).train(), mesh);
        }
        assertTrue(transfers > 0);
    }

    private static int join(Variant variant, Mesh mesh) {
        int transfers = 0;
        for (Step step : Stream.concat(variant.forward().stream(), variant.backward().stream())
                .toList()) {
            if (step instanceof Step.Collective collective) {
                Move move = (Move) collective.transfer();
                List<Long> whole = whole(collective.source(), move, mesh);
                assertEquals(
                        move.to().localShape(whole, mesh),
                        collective.result().type().sizes(),
                        move.toString());
                transfers++;
            } else if (step instanceof Step.BlockForward block) {
                transfers += join(block.runs().get(0).variant(), mesh);
            } else if (step instanceof Step.Sum sum) {
                assertEquals(sum.left().type().sizes(), sum.right().type().sizes());
                assertEquals(sum.left().type().sizes(), sum.result().type().sizes());
            }
        }
        return transfers;
    }

    private static List<Long> whole(Handle source, Move move, Mesh mesh) {
        List<Long> sizes = source.type().sizes();
        return IntStream.range(0, sizes.size())
                .mapToObj(d -> sizes.get(d) * move.from().chunks(d, mesh))
                .toList();
    }

    /**
     * Elements of all parameters of a model by full name, as the first operators that have them say.
     *
     * @param owner what the names of parameters begin with: one for all repetitions that share them
     */
    /** On which mesh what lies how. */
    private record Placing(Mesh mesh, Assignment assignment) {
        /** What one device has of a parameter, with the copy of what it updates if that does not lie in one piece. */
        long elements(ParameterStorage storage, TensorType type, boolean trained) {
            List<Long> part = storage.parameter().localShape(type.sizes(), mesh);
            List<Long> updated = storage.state().localShape(type.sizes(), mesh);
            int lastCut = part.size() - 1;
            while (lastCut >= 0 && part.get(lastCut).equals(updated.get(lastCut))) {
                lastCut--;
            }
            boolean copied = trained && product(updated.subList(0, Math.max(0, lastCut))) > 1;
            return product(part) + (copied ? product(updated) : 0);
        }

        private static long product(List<Long> sizes) {
            return sizes.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private static void storedElements(
            TrainingGraph whole, Scope scope, String path, String owner, Placing placing, Map<String, Long> elements) {
        Assignment assignment = placing.assignment();
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                Strategy strategy = assignment.strategy(path, operator);
                for (int i = 0; i < operator.parameters().size(); i++) {
                    ScopeParameter parameter = operator.parameters().get(i);
                    boolean buffer = parameter.declaration().buffer();
                    ParameterStorage storage = buffer
                            ? ParameterStorage.asUsed(
                                    strategy.operands().get(operator.inputs().size() + i))
                            : assignment.storage(path, operator, i);
                    boolean trained = !buffer && whole.trainable().trains(owner, parameter);
                    elements.putIfAbsent(
                            owner + parameter.name(), placing.elements(storage, parameter.type(), trained));
                }
            } else if (node instanceof UseNode use) {
                for (long i = 0; i < use.count(); i++) {
                    String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                    storedElements(
                            whole,
                            use.scope(),
                            path + use.name() + index,
                            owner + Trainable.instance(use, i),
                            placing,
                            elements);
                }
            }
        }
    }

    /** Compares the operators of one device with what the strategies say. */
    private record Shaped(Mesh mesh, Assignment assignment) {
        void check(Scope whole, Scope local, String path) {
            Map<String, Node> byName = new HashMap<>();
            local.nodes().forEach(n -> byName.put(n.name(), n));
            for (Node node : whole.nodes()) {
                if (node instanceof OperatorNode operator) {
                    Strategy strategy = assignment.strategy(path, operator);
                    Shapes expected =
                            LocalOperator.of(operator, strategy, mesh, 4).shapes();
                    Shapes shapes = ((OperatorNode) byName.get(node.name())).shapes(4);
                    String message = path + operator.name() + " " + strategy;
                    assertEquals(sizes(expected.inputs()), sizes(shapes.inputs()), message);
                    assertEquals(sizes(expected.parameters()), sizes(shapes.parameters()), message);
                    assertEquals(sizes(expected.outputs()), sizes(shapes.outputs()), message);
                } else if (node instanceof UseNode use) {
                    UseNode part = (UseNode) byName.get(node.name());
                    for (long i = 0; i < use.count(); i++) {
                        String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                        check(use.scope(), part.scope(i), path + use.name() + index);
                    }
                }
            }
        }

        private static List<List<Long>> sizes(List<TensorType> types) {
            return types.stream().map(TensorType::sizes).toList();
        }
    }
}
