package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.cost.CollectiveCost;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Parameters that lie apart from their use have the collectives and take the memory that people count. */
class StorageTest {
    private static final Mesh FOUR = SimulatedMesh.mesh(4);
    private static final Mesh GRID = SimulatedMesh.mesh(2, 2);

    /** Two linears, 4 to 16 to 2, a batch of 8 over all devices. */
    private static TestAssignment dataParallel(Mesh mesh) {
        String batch = mesh.rank() == 1 ? "[S0]" : "[S0, S0]";
        String whole = mesh.rank() == 1 ? "[R]" : "[R, R]";
        String sum = mesh.rank() == 1 ? "[P]" : "[P, P]";
        return new TestAssignment(mesh)
                .layout("x", batch)
                .layout("targets", batch)
                .layout("y", batch)
                .with("up", "x" + batch + " weight" + whole + " bias" + whole + " -> y" + batch)
                .with("act", "x" + batch + " -> y" + batch)
                .with("y", "x" + batch + " weight" + whole + " bias" + whole + " -> y" + batch)
                .with("loss", "x" + batch + " targets" + batch + " -> y" + sum);
    }

    private static ModelSpecs model() {
        return SampleModels.mlp().optimizer("SGD");
    }

    private static TestAssignment sharded(boolean keepGathered) {
        return dataParallel(FOUR)
                .storage("up.weight", "[S0]", "[S0]", keepGathered)
                .storage("up.bias", "[S0]", "[S0]", keepGathered)
                .storage("y.weight", "[S1]", "[S1]", keepGathered);
    }

    private static TestAssignment shardedStates() {
        return dataParallel(FOUR)
                .storage("up.weight", "[R]", "[S0]", false)
                .storage("up.bias", "[R]", "[S0]", false)
                .storage("y.weight", "[R]", "[S1]", false);
    }

    private static void assertStatic(ModelSpecs model, TestAssignment assignment, long parameters, long optimizer) {
        MemoryProfile profile = Timeline.of(ProgramBuilder.build(Local.graph(model, FOUR, assignment)));
        assertEquals(parameters, profile.parameterBytes());
        assertEquals(optimizer, profile.optimizerBytes());
    }

    /**
     * ZeRO-2: 64 numbers of up's weight are scattered over four, 16 of its bias, 32 of y's weight, by columns as it has two rows; y's bias
     * has two numbers and stays whole. Gathering or scattering columns takes a permuted copy beside.
     */
    @Test
    void gradientsAndStatesSharded() {
        TrainingGraph local = Local.graph(model(), FOUR, shardedStates());
        assertEquals(
                List.of(
                        "forward loss -> loss: all_reduce over 0: [P] -> [R] 6",
                        "backward y.weight: reduce_scatter over 0: [P] -> [S1] 96",
                        "backward y.bias: all_reduce over 0: [P] -> [R] 12",
                        "backward up.weight: reduce_scatter over 0: [P] -> [S0] 192",
                        "backward up.bias: reduce_scatter over 0: [P] -> [S0] 48"),
                Local.collectives(local.train()));
        assertEquals(
                List.of(
                        "gather up.weight: all_gather over 0: [S0] -> [R] 192",
                        "gather up.bias: all_gather over 0: [S0] -> [R] 48",
                        "gather y.weight: all_gather over 0: [S1] -> [R] 96"),
                Local.updates(local));
        // x 8, targets 4, up and act 32 each, y and the differences 4, loss and its gradient 1
        assertEquals(
                List.of(
                        "forward x 8",
                        "forward targets 12",
                        "forward up 44",
                        "forward act 76",
                        "forward y 48",
                        "forward loss 53",
                        "forward loss -> loss 49",
                        "backward dLoss 50",
                        "backward loss 54",
                        "backward y 111", // x, act, loss, dy; d act 32, gradients 34
                        "backward y.weight 147", // its part 8, a permuted copy 32
                        "backward y.bias 83",
                        "backward act 115",
                        "backward up 131", // loss, gradients of y 10, d up 32, gradients 80, x
                        "backward up.weight 107",
                        "backward up.bias 47",
                        "update optimizer 30",
                        "update gather y.weight 64"), // rows of up's are gathered where they are
                Local.memory(local));
    }

    /** Eight columns of y's weight do not lie in one piece: the optimizer updates a copy of them. */
    @Test
    void staticMemory() {
        assertStatic(SampleModels.mlp(), shardedStates(), 4 * (114 + 8), 4 * (2 * 30 + 4));
        assertStatic(SampleModels.mlp(), sharded(false), 4 * 30, 4 * (2 * 30 + 4));
        ModelSpecs mixed = SampleModels.mlp().precision("BF16_MIXED");
        assertStatic(mixed, shardedStates(), 2 * 114 + 4 * 30, 4 * (2 * 30 + 4));
        assertStatic(mixed, sharded(true), (2 + 4) * 30, 4 * (2 * 30 + 4));
    }

    /** ZeRO-3: 30 numbers of parameters. Gathered weights live through one operator; backward does not read up's, as x has no gradient. */
    @Test
    void parametersSharded() {
        TrainingGraph local = Local.graph(model(), FOUR, sharded(false));
        assertEquals(
                List.of(
                        "forward gather up.weight: all_gather over 0: [S0] -> [R] 192",
                        "forward gather up.bias: all_gather over 0: [S0] -> [R] 48",
                        "forward gather y.weight: all_gather over 0: [S1] -> [R] 96",
                        "forward loss -> loss: all_reduce over 0: [P] -> [R] 6",
                        "backward gather y.weight: all_gather over 0: [S1] -> [R] 96",
                        "backward y.weight: reduce_scatter over 0: [P] -> [S1] 96",
                        "backward y.bias: all_reduce over 0: [P] -> [R] 12",
                        "backward up.weight: reduce_scatter over 0: [P] -> [S0] 192",
                        "backward up.bias: reduce_scatter over 0: [P] -> [S0] 48"),
                Local.collectives(local.train()));
        assertEquals(List.of(), Local.updates(local));
        assertEquals(
                List.of(
                        "forward x 8",
                        "forward targets 12",
                        "forward gather up.weight 76",
                        "forward gather up.bias 92",
                        "forward up 124",
                        "forward act 76",
                        "forward gather y.weight 108", // 44 and twice 32: a permuted copy
                        "forward y 80",
                        "forward loss 53",
                        "forward loss -> loss 49",
                        "backward dLoss 50",
                        "backward loss 54",
                        "backward gather y.weight 109",
                        "backward y 143", // what was gathered stays until all kernels have run
                        "backward y.weight 147",
                        "backward y.bias 83",
                        "backward act 115",
                        "backward up 131",
                        "backward up.weight 107",
                        "backward up.bias 47",
                        "update optimizer 30"),
                Local.memory(local));
    }

    /** The 32 numbers of y's weight stay; those of up go, as backward does not read them. */
    @Test
    void gatheredIsKept() {
        TrainingGraph local = Local.graph(model(), FOUR, sharded(true));
        List<String> again =
                Local.collectives(Local.graph(model(), FOUR, sharded(false)).train());
        assertEquals(
                again.stream().filter(c -> !c.startsWith("backward gather")).toList(),
                Local.collectives(local.train()));
        List<String> memory = Local.memory(local);
        assertEquals(
                List.of(
                        "forward y 80",
                        "forward loss 85",
                        "forward loss -> loss 81",
                        "backward dLoss 82",
                        "backward loss 86",
                        "backward y 143"),
                memory.subList(memory.indexOf("forward y 80"), memory.indexOf("backward y 143") + 1));
    }

    /** Sharded along the inner axis, replicated along the outer; y's weight has its state sharded along both. */
    @Test
    void hybrid() {
        TestAssignment assignment = dataParallel(GRID)
                .storage("up.weight", "[R, S0]", "[R, S0]", false)
                .storage("up.bias", "[R, R]", "[R, S0]", false)
                .storage("y.weight", "[R, S0]", "[S1, S0]", false);
        TrainingGraph local = Local.graph(model(), GRID, assignment);
        assertEquals(
                List.of(
                        "forward gather up.weight: all_gather over 1: [R, S0] -> [R, R] 128",
                        "forward gather y.weight: all_gather over 1: [R, S0] -> [R, R] 64",
                        "forward loss -> loss: all_reduce over 0: [P, P] -> [R, P] 4",
                        "forward loss -> loss: all_reduce over 1: [R, P] -> [R, R] 4",
                        "backward gather y.weight: all_gather over 1: [R, S0] -> [R, R] 64",
                        "backward y.weight: reduce_scatter over 1: [P, P] -> [P, S0] 64",
                        "backward y.weight: reduce_scatter over 0: [P, S0] -> [S1, S0] 32",
                        "backward y.bias: all_reduce over 0: [P, P] -> [R, P] 8",
                        "backward y.bias: all_reduce over 1: [R, P] -> [R, R] 8",
                        "backward up.weight: reduce_scatter over 1: [P, P] -> [P, S0] 128",
                        "backward up.weight: all_reduce over 0: [P, S0] -> [R, S0] 128",
                        "backward up.bias: reduce_scatter over 1: [P, P] -> [P, S0] 32",
                        "backward up.bias: all_reduce over 0: [P, S0] -> [R, S0] 32"),
                Local.collectives(local.train()));
        assertEquals(
                List.of(
                        "gather up.bias: all_gather over 1: [R, S0] -> [R, R] 32",
                        "gather y.weight: all_gather over 0: [S1, S0] -> [R, S0] 32"),
                Local.updates(local));
        MemoryProfile profile = Timeline.of(ProgramBuilder.build(local));
        assertEquals(4 * (32 + 16 + 16 + 2), profile.parameterBytes());
        assertEquals(4 * (32 + 8 + 8 + 2), profile.gradientBytes());
    }

    /** Neither what is gathered nor what lies between is kept: forward leaves x, targets, act, the differences and the loss. */
    @Test
    void allHopsAreRepeated() {
        TestAssignment assignment = dataParallel(GRID)
                .storage("up.weight", "[S0, S0]", "[S0, S0]", false)
                .storage("y.weight", "[S0, S1]", "[S0, S1]", false);
        TrainingGraph local = Local.graph(model(), GRID, assignment);
        assertEquals(
                List.of(
                        "forward gather up.weight: all_gather over 1: [S0, S0] -> [S0, R] 64",
                        "forward gather up.weight: all_gather over 0: [S0, R] -> [R, R] 128",
                        "forward gather y.weight: all_gather over 0: [S0, S1] -> [R, S1] 32",
                        "forward gather y.weight: all_gather over 1: [R, S1] -> [R, R] 64",
                        "backward gather y.weight: all_gather over 0: [S0, S1] -> [R, S1] 32",
                        "backward gather y.weight: all_gather over 1: [R, S1] -> [R, R] 64"),
                Local.collectives(local.train()).stream()
                        .filter(c -> c.contains("gather "))
                        .toList());
        assertEquals(
                4 * (8 + 4 + 32 + 4), Timeline.of(ProgramBuilder.build(local)).savedBytes());
    }

    @Test
    void updatesCost() {
        ModelCost cost = new CostModel(SimulatedMesh.device(false), NumberFormat.FP32)
                .of(Local.graph(model(), FOUR, shardedStates()).train());
        assertEquals(
                List.of("gather up.weight", "gather up.bias", "gather y.weight"),
                cost.updates().stream().map(CollectiveCost::name).toList());
        double permuteSeconds = 4e-6;
        assertEquals(3e-5 + (96 + 192 + 48) / 1e10 + permuteSeconds, cost.updateSeconds(), 1e-12);
    }

    /** The 32x16 weight lies as the embedding reads it, in rows; the head gathers it, and its gradient is scattered before both add up. */
    @Test
    void tiedParameterLiesAsItsFirstUserSays() {
        TestAssignment assignment = new TestAssignment(FOUR).with("wte", "x[R] weight[S0] -> y[P]");
        TrainingGraph local = Local.graph(SampleModels.sharedAndTied(), FOUR, assignment);
        assertEquals(
                List.of(
                        "forward wte -> body: all_reduce over 0: [P] -> [R] 1536",
                        "forward gather logits.weight: all_gather over 0: [S0] -> [R] 1536",
                        "backward gather logits.weight: all_gather over 0: [S0] -> [R] 1536",
                        "backward wte.weight: slice over 0: [R] -> [S0] 0"),
                Local.collectives(local.train()));
    }

    /** Repetitions that share their parameters use them in two layouts. */
    @Test
    void sharedRepetitionsGatherForThemselves() {
        ModelSpecs model = ModelSpecs.model("Shared", "batch=8 d=4", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Repeat(value = "2", shared = true) @Use(Layer) body(x)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """).block("Layer", "", """
                        @Input(shape = "batch d") x()
                        @Output @Linear(out = "d", bias = false) y(x)
                        """);
        Assignment assignment = new TestAssignment(FOUR) {
            @Override
            public Strategy strategy(String path, OperatorNode node) {
                boolean columns = path.equals("body[0].");
                return Strategies.of(node, FOUR).stream()
                        .filter(s -> !columns || s.toString().equals("x[R] weight[S0] -> y[S1]"))
                        .findFirst()
                        .orElseThrow();
            }
        };
        TrainingGraph local = Local.graph(model, FOUR, assignment);
        ModelCost cost = new CostModel(SimulatedMesh.device(false), NumberFormat.FP32).of(local.train());
        assertEquals(
                List.of(
                        "forward body[0].y -> output: all_gather over 0: [S1] -> [R]",
                        "backward body[0].y -> output: slice over 0: [R] -> [S1]",
                        "forward body[1].gather y.weight: all_gather over 0: [S0] -> [R]",
                        "backward body[1].gather y.weight: all_gather over 0: [S0] -> [R]",
                        "backward body[1].y.weight: slice over 0: [R] -> [S0]"),
                cost.collectives().stream()
                        .map(c -> (c.backward() ? "backward " : "forward ") + c.name() + ": " + c.transfer())
                        .toList());
        assertEquals(4 * 4, Timeline.of(ProgramBuilder.build(local)).gradientBytes());
    }

    @Test
    void stateIsASliceOfTheParameter() {
        TestAssignment assignment = dataParallel(FOUR).storage("up.weight", "[S0]", "[S1]", false);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Local.graph(model(), FOUR, assignment));
        assertEquals(
                "up.weight cannot lie as [S0] with its gradient as [S1]: every device's part of the gradient has to be a"
                        + " slice of its part of the parameter",
                refused.getMessage());
    }
}
