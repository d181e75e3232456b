package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.local.TestAssignment;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plans made by hand send what people count, and say what for. */
class CommunicationsTest {
    private static List<String> lines(Plan plan) {
        return CommunicationGroup.of(plan.communications()).stream()
                .map(g -> g.first().phase().words() + " " + g.name() + ": "
                        + g.first().purpose().words() + " " + g.first().kind() + " "
                        + g.first().wireBytes())
                .toList();
    }

    /** The weights of both layers, 16x8 and 4x16 numbers of 4 bytes, are cut over four devices: each sends 3/4 of them. */
    @Test
    void shardedParametersAreGatheredInBothDirections() {
        Mesh mesh = SimulatedMesh.mesh(4);
        Plan plan = HandMadePlans.plan(
                HandMadePlans.layers(),
                mesh,
                dataParallel(mesh)
                        .storage("up.weight", "[S0]", "[S0]", false)
                        .storage("y.weight", "[S0]", "[S0]", true));
        assertEquals(
                List.of(
                        "forward up.weight: parameter all_gather 384",
                        "forward y.weight: parameter all_gather 192",
                        "forward loss -> loss: activation all_reduce 6",
                        "backward y.weight: parameter gradient reduce_scatter 192",
                        "backward up.weight: parameter gradient reduce_scatter 384",
                        "backward up.bias: parameter gradient all_reduce 96"),
                lines(plan));
        ParameterPlan up = plan.parameters().get(0);
        assertEquals(List.of(16L, 8L), up.whole().sizes());
        assertEquals(128, up.part().bytes());
        assertEquals(128, up.gradientBytes());
        assertEquals("[S0]", up.optimizerStorage().toString());
    }

    /** Only the state is cut: gradients are scattered, and what was updated is gathered afterwards. */
    @Test
    void shardedStateIsGatheredAfterTheUpdate() {
        Mesh mesh = SimulatedMesh.mesh(4);
        Plan plan = HandMadePlans.plan(
                HandMadePlans.layers(), mesh, dataParallel(mesh).storage("up.weight", "[R]", "[S0]", false));
        assertEquals(
                List.of(
                        "forward loss -> loss: activation all_reduce 6",
                        "backward y.weight: parameter gradient all_reduce 384",
                        "backward up.weight: parameter gradient reduce_scatter 384",
                        "backward up.bias: parameter gradient all_reduce 96",
                        "update up.weight: parameter all_gather 384"),
                lines(plan));
        ParameterPlan up = plan.parameters().get(0);
        assertEquals("[R] [S0]", up.storage() + " " + up.optimizerStorage());
        assertEquals(512, up.part().bytes());
        assertEquals(128, up.gradientBytes());
    }

    private static TestAssignment dataParallel(Mesh mesh) {
        return new TestAssignment(mesh)
                .layout("x", "[S0]")
                .layout("targets", "[S0]")
                .layout("y", "[S0]")
                .with("up", "x[S0] weight[R] bias[R] -> y[S0]")
                .with("y", "x[S0] weight[R] -> y[S0]")
                .with("loss", "x[S0] targets[S0] -> y[P]");
    }

    /** Twelve like repetitions are one line, and count twelve times. */
    @Test
    void repetitionsAreOneGroup() {
        Mesh mesh = SimulatedMesh.mesh(2);
        Plan plan = HandMadePlans.plan(
                SampleModels.gpt(12),
                mesh,
                new TestAssignment(mesh)
                        .with("up", "x[R] weight[S0] bias[S0] -> y[S2]")
                        .with("act", "x[S2] -> y[S2]")
                        .with("down", "x[S2] weight[S1] bias[R] -> y[P]"));
        assertEquals(
                List.of(
                        "forward body[0..11].down -> y: activation all_reduce 1024",
                        "backward body[0..11].ln2 -> up: activation gradient all_reduce 1024"),
                lines(plan));
        assertEquals(24, plan.communications().size());
        double seconds = plan.communications().stream()
                .mapToDouble(Communication::seconds)
                .sum();
        assertEquals(seconds, plan.time().communicationSeconds());
        assertEquals(
                plan.time().computeSeconds() + seconds + plan.time().updateSeconds(),
                plan.time().seconds());
    }
}
