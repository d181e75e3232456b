package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.cost.CollectiveCost;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.cost.Overlap;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.MemoryPoint;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Gradients that are reduced beside backward: links of 10 microseconds and 1e10 bytes a second, copies of 4 microseconds and more. */
class GradientReductionsTest {
    private static final Mesh FOUR = SimulatedMesh.mesh(4);

    /** Two layers a block; {@code d} is the width. */
    private static ModelSpecs pairs(int d) {
        return ModelSpecs.model("Pairs", "batch=8 d=" + d, """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Linear(out = "d", bias = false) start(x)
                        @Repeat("3") @Use(Pair) body(start)
                        @Linear(out = "d", bias = false) head(body)
                        @Loss @MeanSquaredError loss(x=head, targets)
                        """).block("Pair", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "d") up(x)
                        @Output @Linear(out = "d") down(up)
                        """);
    }

    private static TrainingGraph blocking(int d) {
        return Local.graph(pairs(d), FOUR, batches());
    }

    private static TestAssignment batches() {
        return new TestAssignment(FOUR)
                .layout("x", "[S0]")
                .layout("targets", "[S0]")
                .layout("body.x", "[S0]")
                .layout("body.down", "[S0]")
                .with("start", "x[S0] weight[R] -> y[S0]")
                .with("up", "x[S0] weight[R] bias[R] -> y[S0]")
                .with("down", "x[S0] weight[R] bias[R] -> y[S0]")
                .with("head", "x[S0] weight[R] -> y[S0]")
                .with("loss", "x[S0] targets[S0] -> y[P]");
    }

    private static TrainingGraph overlapping(int d) {
        return GradientReductions.of(blocking(d), Local.collectives(FOUR), NumberFormat.FP32);
    }

    private static ModelCost cost(TrainingGraph graph) {
        return new CostModel(SimulatedMesh.device(false), NumberFormat.FP32).of(graph.train());
    }

    private static List<String> names(TrainingGraph graph) {
        return cost(graph).collectives().stream()
                .filter(CollectiveCost::backward)
                .map(c -> c.name() + (c.overlapped() ? " beside compute" : ""))
                .toList();
    }

    private static List<String> steps(List<Step> backward) {
        List<String> steps = new ArrayList<>();
        for (Step step : backward) {
            if (step instanceof Step.Kernel kernel) {
                steps.add(kernel.node().name());
            } else if (step instanceof Step.Fill fill) {
                steps.add("fill " + fill.offset());
            } else if (step instanceof Step.Bucket bucket) {
                steps.add("bucket at " + bucket.at());
            } else if (step instanceof Step.Start start) {
                steps.add("start " + start.at());
            } else if (step instanceof Step.Finish finish) {
                steps.add("finish " + finish.at());
            } else if (step instanceof Step.Collective collective) {
                steps.add("all of " + collective.at());
            } else if (step instanceof Step.Await await) {
                steps.add("await " + await.running());
            } else {
                steps.add(step.getClass().getSimpleName());
            }
        }
        return steps;
    }

    private static Step.BlockBackward body(TrainingGraph graph) {
        return graph.train().backward().stream()
                .filter(Step.BlockBackward.class::isInstance)
                .map(Step.BlockBackward.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /** 64 numbers cost more latency than copies: those of a block are one. What is made last has nothing to run beside. */
    @Test
    void smallGradientsOfABlockAreOne() {
        assertEquals(
                List.of(
                        "body[0].down.weight and 3 more beside compute",
                        "body[1].down.weight and 3 more beside compute",
                        "body[2].down.weight and 3 more beside compute",
                        "head.weight beside compute",
                        "start.weight"),
                names(overlapping(8)));
        ModelCost cost = cost(overlapping(8));
        double block = cost.overlaps().get(0).besideSeconds();
        assertEquals(1e-5 + 4 * 2 * (64 + 8) * 1.5 / 1e10, block, 1e-12);
    }

    @Test
    void aBucketStartsWhenItIsFullAndIsWaitedForByTheNextBlock() {
        List<String> steps = steps(body(overlapping(8)).runs().get(0).variant().backward());
        assertEquals("bucket at down", steps.get(0));
        assertEquals(
                List.of("fill 0", "fill 64", "fill 72", "fill 136", "start down.weight and 3 more", "await 1"),
                steps.stream()
                        .filter(s -> s.startsWith("fill") || s.startsWith("start") || s.startsWith("await"))
                        .toList());
        List<String> model = steps(overlapping(8).train().backward());
        assertEquals("await 0", model.get(model.size() - 1));
    }

    /** A million numbers cost more to copy than a latency: each goes alone, in the memory that it has. */
    @Test
    void largeGradientsGoAloneInTheMemoryTheyHave() {
        List<String> steps =
                steps(body(overlapping(1024)).runs().get(0).variant().backward());
        assertEquals(
                List.of("start down.weight", "start up.weight", "start down.bias and 1 more", "await 3"),
                steps.stream()
                        .filter(s -> s.startsWith("start") || s.startsWith("await"))
                        .toList());
        long blocking = Timeline.of(ProgramBuilder.build(blocking(1024))).peakBytes();
        long overlapping = Timeline.of(ProgramBuilder.build(overlapping(1024))).peakBytes();
        assertEquals(blocking, overlapping);
    }

    /** Not the sum of both, but the longer; two of four parameters have half a latency between them. */
    @Test
    void aBlockTakesAsLongAsTheLongerOfBoth() {
        ModelCost apart = cost(blocking(1024));
        ModelCost beside = cost(overlapping(1024));
        assertEquals(4, beside.overlaps().size());
        for (Overlap overlap : beside.overlaps()) {
            assertEquals(Math.max(overlap.computeSeconds(), overlap.besideSeconds()), overlap.seconds(), 1e-15);
        }
        Overlap block = beside.overlaps().get(0);
        assertEquals(
                2 * 1e-5 + 4 * 2 * 1024 * 1024 * 1.5 / 1e10 + 0.5e-5 + 4 * 2 * 1024 * 1.5 / 1e10,
                block.besideSeconds(),
                1e-9);
        double latencies = 3 * 1.5e-5;
        double copies = 3 * 2 * 4e-6;
        assertEquals(apart.seconds() - latencies + copies - beside.hiddenSeconds(), beside.seconds(), 1e-9);
    }

    /** The last matrix of a block has too little to run beside it. */
    @Test
    void whatIsScatteredIsWaitedForWhenTheNextMatrixHasItsGradient() {
        TestAssignment scattered =
                batches().overlapped("up.weight", "[R]", "[S0]").overlapped("down.weight", "[R]", "[S0]");
        TrainingGraph waiting = Local.graph(pairs(1024), FOUR, scattered);
        TrainingGraph graph = GradientReductions.of(waiting, Local.collectives(FOUR), NumberFormat.FP32);
        List<String> steps = steps(body(graph).runs().get(0).variant().backward());
        assertEquals(
                List.of(
                        "start down.weight",
                        "finish down.weight",
                        "all of up.weight",
                        "start down.bias and 1 more",
                        "await 1"),
                steps.stream()
                        .filter(s -> s.startsWith("start")
                                || s.startsWith("finish")
                                || s.startsWith("all")
                                || s.startsWith("await"))
                        .toList());
        assertTrue(steps.lastIndexOf("up") < steps.indexOf("finish down.weight"));
        assertTrue(names(graph).contains("body[0].down.weight beside compute"));
        assertTrue(names(graph).contains("body[0].up.weight"));
        double scatter = 1e-5 + 4 * 1024 * 1024 * 0.75 / 1e10;
        double small = 1.5e-5 * 2 / 4 + 4 * 2 * 1024 * 1.5 / 1e10;
        assertEquals(scatter + small, cost(graph).overlaps().get(1).besideSeconds(), 1e-5);
        long whole = 4 * 1024 * 1024;
        assertEquals(at(waiting, "body[0].up") + whole, at(graph, "body[0].up"), 4 * 4 * 1024);
    }

    /** Bytes in use while backward of an operator runs. */
    private static long at(TrainingGraph graph, String operator) {
        return Timeline.of(ProgramBuilder.build(graph)).points().stream()
                .filter(p -> p.phase().equals("backward") && p.at().equals(operator))
                .mapToLong(MemoryPoint::bytes)
                .max()
                .orElseThrow();
    }

    @Test
    void oneDeviceReducesNothing() {
        Mesh one = SimulatedMesh.mesh(1);
        TrainingGraph graph = Local.graph(pairs(8), one, new TestAssignment(one));
        assertSame(graph, GradientReductions.of(graph, Local.collectives(one), NumberFormat.FP32));
    }
}
