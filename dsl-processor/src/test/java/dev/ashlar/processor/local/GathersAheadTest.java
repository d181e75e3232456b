package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.cost.Overlap;
import dev.ashlar.processor.device.Calibration;
import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.program.MemoryPoint;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Matrices that are gathered beside what runs before their use, over links of 10 microseconds and 1e10 bytes a second. */
class GathersAheadTest {
    private static final Mesh FOUR = SimulatedMesh.mesh(4);
    private static final long MATRIX_BYTES = 4L * 256 * 256;

    private static final ModelSpecs TRIPLE = ModelSpecs.model("Triple", "batch=8 d=256", """
                    @Input(shape = "batch d") x()
                    @Input(shape = "batch d") targets()
                    @Linear(out = "d", bias = false) first(x)
                    @Relu act(first)
                    @Linear(out = "d", bias = false) second(act)
                    @Linear(out = "d", bias = false) third(second)
                    @Loss @MeanSquaredError loss(x=third, targets)
                    """);

    private static TrainingGraph graph(boolean early) {
        TestAssignment assignment = new TestAssignment(FOUR)
                .layout("x", "[S0]")
                .layout("targets", "[S0]")
                .with("act", "x[S0] -> y[S0]")
                .with("loss", "x[S0] targets[S0] -> y[P]");
        for (String name : List.of("first", "second", "third")) {
            assignment.with(name, "x[S0] weight[R] -> y[S0]");
            if (early) {
                assignment.overlapped(name + ".weight", "[S0]", "[S0]");
            } else {
                assignment.storage(name + ".weight", "[S0]", "[S0]", false);
            }
        }
        return GathersAhead.of(Local.graph(TRIPLE, FOUR, assignment));
    }

    private static List<String> steps(List<Step> all) {
        List<String> steps = new ArrayList<>();
        for (Step step : all) {
            if (step instanceof Step.Kernel kernel) {
                steps.add(kernel.node().name());
            } else if (step instanceof Step.Begin begin) {
                steps.add("begin " + begin.at());
            } else if (step instanceof Step.End end) {
                steps.add("end " + end.at());
            } else if (step instanceof Step.Collective collective
                    && collective.at().startsWith("gather")) {
                steps.add("all of " + collective.at());
            }
        }
        return steps.stream().distinct().toList();
    }

    /** The first has nothing to run beside. */
    @Test
    void aMatrixIsGatheredBesideTheTwoOperatorsWithAMatrixBefore() {
        Variant train = graph(true).train();
        assertEquals(
                List.of(
                        "all of gather first.weight",
                        "begin gather second.weight",
                        "begin gather third.weight",
                        "first",
                        "act",
                        "end gather second.weight",
                        "second",
                        "end gather third.weight",
                        "third",
                        "loss"),
                steps(train.forward()));
        List<String> backward = steps(train.backward());
        assertTrue(backward.indexOf("begin gather second.weight") < backward.indexOf("third"), backward::toString);
        assertTrue(backward.indexOf("third") < backward.indexOf("end gather second.weight"), backward::toString);
    }

    @Test
    void nothingIsEarlyUnlessItIsStoredSo() {
        assertTrue(steps(graph(false).train().forward()).stream().noneMatch(s -> s.startsWith("begin")));
    }

    /** Two more gathered matrices are there, and one is when the first of them is in use. */
    @Test
    void whatIsGatheredEarlyTakesMemoryFromThenOn() {
        assertEquals(at(graph(false), "first") + 2 * MATRIX_BYTES, at(graph(true), "first"));
        assertEquals(at(graph(false), "act") + 2 * MATRIX_BYTES, at(graph(true), "act"));
        assertEquals(at(graph(false), "second") + MATRIX_BYTES, at(graph(true), "second"));
    }

    /** Not the sum of both, but the longer. */
    @Test
    void forwardTakesAsLongAsTheLongerOfBoth() {
        CostModel costs = new CostModel(SimulatedMesh.device(false), NumberFormat.FP32);
        ModelCost apart = costs.of(graph(false).train());
        ModelCost beside = costs.of(graph(true).train());
        Overlap forward = beside.overlaps().get(0);
        assertEquals(2 * (1e-5 + MATRIX_BYTES * 0.75 / 1e10), forward.besideSeconds(), 1e-9);
        assertEquals(Math.max(forward.computeSeconds(), forward.besideSeconds()), forward.seconds(), 1e-15);
        assertEquals(apart.seconds() - beside.hiddenSeconds(), beside.seconds(), 1e-12);
    }

    @Test
    void kernelsLoseByTheKindOfWhatRunsBeside() {
        Device fast = SimulatedMesh.device(false);
        Calibration slowed = new Calibration(
                0,
                new TreeMap<>(),
                new TreeMap<>(),
                0,
                Map.of(Collective.ALL_GATHER, 0.25),
                1,
                Map.of(),
                new TreeMap<>(),
                new TreeMap<>(),
                Optional.empty());
        Device device = new Device(
                fast.name(),
                fast.memoryBytes(),
                0,
                fast.flopsPerSecond(),
                fast.bytesPerSecond(),
                fast.launchSeconds(),
                false,
                fast.link(),
                slowed);
        Overlap forward = new CostModel(device, NumberFormat.FP32)
                .of(graph(true).train())
                .overlaps()
                .get(0);
        assertEquals(forward.besideSeconds() / 4, forward.slowedSeconds(), 1e-12);
        assertEquals(
                Math.max(forward.computeSeconds() + forward.slowedSeconds(), forward.besideSeconds()),
                forward.seconds(),
                1e-15);
    }

    /** Bytes in use while forward of an operator runs. */
    private static long at(TrainingGraph graph, String operator) {
        return Timeline.of(ProgramBuilder.build(graph)).points().stream()
                .filter(p -> p.phase().equals("forward") && p.at().equals(operator))
                .mapToLong(MemoryPoint::bytes)
                .max()
                .orElseThrow();
    }
}
