package dev.ashlar.processor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.program.MemoryPoint;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.ProgramText;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where every device does the same, it runs what one device alone would run; only its updates may take less memory beside the gradients. */
class IdentityTest {
    private static final List<Mesh> MESHES = List.of(SimulatedMesh.mesh(1), SimulatedMesh.mesh(2, 4));

    static Stream<Arguments> cases() {
        return LocalModels.all().entrySet().stream()
                .flatMap(e -> MESHES.stream().map(m -> Arguments.of(e.getKey(), e.getValue(), m)));
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void replicatedIsUnsharded(String name, ModelSpecs model, Mesh mesh) {
        Program whole = model.program();
        Program local = ProgramBuilder.build(Local.graph(model, mesh, new TestAssignment(mesh)));
        assertEquals(ProgramText.of(whole), ProgramText.of(local));
        if (mesh.devices() == 1) {
            assertEquals(Timeline.of(whole), Timeline.of(local));
        }
        assertEquals(passes(whole), passes(local));
        assertTrue(updateBytes(local) <= updateBytes(whole), "devices of a mesh update parameters in parts");
    }

    /** Memory outside the update. */
    private static List<MemoryPoint> passes(Program program) {
        return Timeline.of(program).points().stream()
                .filter(p -> !p.phase().equals("update"))
                .toList();
    }

    private static long updateBytes(Program program) {
        return Timeline.of(program).points().stream()
                .filter(p -> p.phase().equals("update"))
                .mapToLong(MemoryPoint::bytes)
                .max()
                .orElse(0);
    }
}
