package dev.ashlar.processor.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.device.Mesh;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTest {
    private static final Mesh MESH = SimulatedMesh.mesh(2, 4);

    @ParameterizedTest
    @ValueSource(strings = {"[S0, R]", "[P, S12]", "[P<, R, S0, S0]", "[R]"})
    void readsWhatItWrites(String text) {
        assertEquals(text, Layout.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S0, R", "[]", "[S, R]", "[R,]", "[S-1]", "[r]", "[S0 R]"})
    void refusesOtherTexts(String text) {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Layout.parse(text))
                .getMessage()
                .contains("is not a"));
    }

    @Test
    void hasTheShapeOfOnePart() {
        List<Long> shape = List.of(16L, 12L, 3L);
        assertEquals(List.of(8L, 3L, 3L), Layout.parse("[S0, S1]").localShape(shape, MESH));
        assertEquals(List.of(2L, 12L, 3L), Layout.parse("[S0, S0]").localShape(shape, MESH));
        assertEquals(shape, Layout.parse("[P, R]").localShape(shape, MESH));
    }

    @Test
    void dividesEvenlyOrNotAtAll() {
        List<Long> shape = List.of(16L, 12L, 3L);
        assertFalse(Layout.parse("[S1, S1]").divides(shape, MESH));
        assertFalse(Layout.parse("[R, S2]").divides(shape, MESH));
        assertFalse(Layout.parse("[S3, R]").divides(shape, MESH));
        assertThrows(
                IllegalArgumentException.class, () -> Layout.parse("[R, S2]").localShape(shape, MESH));
    }

    @Test
    void cutsWithTheEarlierAxisOutside() {
        Grid whole = new Grid(List.of(8L), new double[] {0, 1, 2, 3, 4, 5, 6, 7});
        List<Grid> parts = new SimulatedMesh(MESH).distribute(whole, Layout.parse("[S0, S0]"), new Random(1));
        assertEquals(5, parts.get(5).values()[0]); // the device at (1, 1)
        assertEquals(8, Layout.parse("[S0, S0]").chunks(0, MESH));
    }

    @Test
    void doesNotMixSumsAndMaxima() {
        assertThrows(IllegalArgumentException.class, () -> Layout.parse("[P, P<]"));
    }

    @Test
    void isAValue() {
        assertEquals(Layout.of(Placement.shard(1), Placement.PARTIAL), Layout.parse("[S1, P]"));
        assertEquals(Layout.replicated(2).with(1, Placement.shard(0)), Layout.parse("[R, S0]"));
        assertFalse(Layout.parse("[P<]").equals(Layout.parse("[P]")));
    }
}
