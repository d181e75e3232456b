package dev.ashlar.processor.write;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.local.LocalGraph;
import dev.ashlar.processor.local.TestAssignment;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Routine;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What ranks do together is written as calls along a mesh axis, on dimensions. */
class StatementWriterTest {
    private static final Mesh MESH = SimulatedMesh.mesh(2, 2);

    private static String forward(ModelSpecs model, TestAssignment assignment) {
        Program program = ProgramBuilder.build(LocalGraph.of(
                model.graph(), assignment, new Collectives(MESH, SimulatedMesh.device(true)), NumberFormat.FP32));
        Routine forward = program.forward().orElseThrow();
        StatementWriter writer = new StatementWriter(
                new OperatorComments(4, Map.of()),
                new BlockWriter(forward.scope(), Set.of()),
                Routine.Direction.FORWARD);
        return writer.write(forward.parts().stream().flatMap(List::stream).toList())
                .toString()
                .replaceAll("\\s+", " ");
    }

    private static void assertWritten(String written, String... lines) {
        for (String line : lines) {
            assertTrue(written.contains(line), () -> line + "\n" + written);
        }
    }

    @Test
    void redistributions() {
        TestAssignment assignment = new TestAssignment(MESH)
                .layout("x", "[S0, S1]")
                .with("up", "x[S0, R] weight[R, S0] bias[R, S0] -> y[S0, S1]")
                .with("act", "x[S1, S0] -> y[S1, S0]")
                .with("y", "x[S1, R] weight[S1, R] bias[R, R] -> y[P, R]");
        assertWritten(
                forward(SampleModels.mlp(), assignment),
                "// x -> up: all_gather over 1: [S0, S1] -> [S0, R] 32 B sent",
                "xS0R = collectives.at(\"x -> up\").allGather(x, 1, 1);",
                ".at(\"up -> act\").allGather(up, 0, 0);",
                ".allToAll(upRS1, 1, 1, 0);",
                ".at(\"up -> act\").slice(upRS0, 0, 1);",
                "linear(s.actS1R, p.yWeight.value(), p.yBias.value(), mesh.isFirst(0));",
                ".at(\"y -> loss\").allReduceInPlace(y, 0);");
    }

    @Test
    void placesOnTheMesh() {
        TestAssignment assignment = new TestAssignment(MESH)
                .with("wte", "x[R, R] weight[S0, S0] -> y[P, P]")
                .with("embedded", "x[R, S1] weight[R, R] -> y[R, S1]")
                .with("loss", "logits[S0, S2] targets[S0, R] -> y[R, R]");
        assertWritten(
                forward(SampleModels.gpt(1), assignment),
                "embeddingShard(s.tokens, p.wteWeight.value(), mesh.offset(16, 8));",
                ".reduceScatter(wte, 1, 1);",
                "positionEmbeddingShard(wteRS1, p.embeddedWeight.value(), mesh.offset(0, 4));",
                ".slice(logits, 1, 2);",
                "-100, 0.0, mesh.offset(0, 16), 32, mesh.peers(0), mesh.peers(1));");
    }
}
