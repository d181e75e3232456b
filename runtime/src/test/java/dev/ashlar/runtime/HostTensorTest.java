package dev.ashlar.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HostTensorTest {
    @Test
    void holdsWhatItIsGiven() {
        float[] floats = {1, 2, 3, 4, 5, 6};
        HostTensor tensor = HostTensor.of(floats, 2, 3);
        assertSame(floats, tensor.floats());
        assertArrayEquals(new long[] {2, 3}, tensor.shape());
        assertEquals(DType.FLOAT32, tensor.dtype());
        assertEquals(6, tensor.size());
        assertEquals("FLOAT32[2, 3]", tensor.toString());
        assertEquals(1, HostTensor.of(new long[] {4}).size());
        assertEquals(0, HostTensor.of(new long[0], 3, 0).size());
    }

    @Test
    void refusesAShapeOfAnotherSize() {
        String message = assertThrows(AshlarException.class, () -> HostTensor.of(new long[5], 2, 3))
                .getMessage();
        assertTrue(message.contains("[2, 3] holds 6 elements but the array has 5"), message);
        assertThrows(AshlarException.class, () -> HostTensor.of(new long[6], -2, -3));
        assertThrows(AshlarException.class, () -> HostTensor.of(new long[0], 1L << 62, 4));
    }

    @Test
    void refusesToBeReadAsAnotherType() {
        assertThrows(AshlarException.class, () -> HostTensor.of(new long[1], 1).floats());
        assertThrows(AshlarException.class, () -> HostTensor.of(new float[1], 1).longs());
    }

    @Test
    void comparesByContent() {
        assertEquals(HostTensor.of(new float[] {1}, 1), HostTensor.of(new float[] {1}, 1));
        assertNotEquals(HostTensor.of(new float[] {1}, 1), HostTensor.of(new float[] {1}, 1, 1));
        assertNotEquals(HostTensor.of(new float[] {1}, 1), HostTensor.of(new long[] {1}, 1));
    }
}
