package dev.ashlar.processor.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.TensorType;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StorageTest {
    private static List<String> options(Mesh mesh, String use, long... sizes) {
        TensorType type = new TensorType(LongStream.of(sizes).mapToObj(Dim::of).toList(), Element.COMPUTE);
        List<Layout> options = Storage.options(type, Layout.parse(use), mesh);
        options.forEach(o -> assertTrue(Storage.refines(o, options.get(0), mesh), o.toString()));
        return options.stream().map(Layout::toString).toList();
    }

    @Test
    void firstDimensionThatDividesIsCut() {
        assertEquals(List.of("[R]", "[S0]"), options(SimulatedMesh.mesh(4), "[R]", 8, 4));
        assertEquals(List.of("[R]", "[S1]"), options(SimulatedMesh.mesh(4), "[R]", 2, 4));
        assertEquals(List.of("[R]"), options(SimulatedMesh.mesh(4), "[R]", 2));
        assertEquals(List.of("[R]"), options(SimulatedMesh.mesh(4), "[R]"));
        assertEquals(List.of("[R]"), options(SimulatedMesh.mesh(1), "[R]", 8));
    }

    @Test
    void everyAxisAlongWhichTheUseIsWhole() {
        Mesh mesh = SimulatedMesh.mesh(2, 4);
        assertEquals(List.of("[R, R]", "[R, S0]", "[S0, R]", "[S0, S0]"), options(mesh, "[R, R]", 8, 4));
        assertEquals(List.of("[R, R]", "[R, S0]", "[S0, R]", "[S0, S1]"), options(mesh, "[R, R]", 4, 4));
        assertEquals(List.of("[R, R]", "[R, S1]", "[S0, R]", "[S0, S1]"), options(mesh, "[R, R]", 2, 4));
        assertEquals(List.of("[S1, R]", "[S1, S0]"), options(mesh, "[S1, R]", 8, 4));
        assertEquals(List.of("[S0, R]", "[S0, S0]"), options(mesh, "[S0, R]", 8, 4));
    }

    /** Under [S0, S0] a device has other rows than a slice of those that it has under [R, S0]. */
    @Test
    void outerAxesDoNotCutWhatInnerOnesCut() {
        Mesh mesh = SimulatedMesh.mesh(2, 4);
        assertEquals(List.of("[R, S0]", "[S1, S0]"), options(mesh, "[R, S0]", 8, 4));
        assertEquals(List.of("[R, S0]"), options(mesh, "[R, S0]", 8));
        assertFalse(Storage.refines(Layout.parse("[S0, S0]"), Layout.parse("[R, S0]"), mesh));
        assertFalse(Storage.refines(Layout.parse("[R, R]"), Layout.parse("[R, S0]"), mesh));
        assertEquals(List.of("[R, S0]", "[S0, S0]"), options(SimulatedMesh.mesh(2, 1), "[R, S0]", 8));
    }

    @Test
    void partialSumsLieWhole() {
        assertEquals(List.of("[R]", "[S0]"), options(SimulatedMesh.mesh(4), "[P]", 8));
    }
}
