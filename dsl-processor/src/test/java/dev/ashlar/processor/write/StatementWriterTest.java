package dev.ashlar.processor.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

/** What nothing executes yet is not written. */
class StatementWriterTest {
    private static final Mesh FOUR = SimulatedMesh.mesh(4);

    private static String refusal(TestAssignment assignment) {
        Program program = ProgramBuilder.build(LocalGraph.of(
                SampleModels.gpt(1).graph(),
                assignment,
                new Collectives(FOUR, SimulatedMesh.device(false)),
                NumberFormat.FP32));
        Routine forward = program.forward().orElseThrow();
        StatementWriter writer = new StatementWriter(
                new OperatorComments(4, Map.of()),
                new BlockWriter(forward.scope(), Set.of()),
                Routine.Direction.FORWARD);
        return assertThrows(
                        IllegalStateException.class,
                        () -> writer.write(
                                forward.parts().stream().flatMap(List::stream).toList()))
                .getMessage();
    }

    @Test
    void refusesCollectives() {
        assertEquals(
                "nothing executes collectives yet: wte -> embedded",
                refusal(new TestAssignment(FOUR).with("wte", "x[R] weight[S1] -> y[S2]")));
    }

    @Test
    void refusesOffsets() {
        assertEquals(
                "nothing knows a device's place on the mesh yet: Offset[strides=[8]]",
                refusal(new TestAssignment(FOUR).with("wte", "x[R] weight[S0] -> y[P]")));
    }
}
