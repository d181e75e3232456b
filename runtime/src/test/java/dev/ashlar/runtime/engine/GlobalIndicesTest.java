package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class GlobalIndicesTest {
    /** As {@code placed} in {@code pointwise.cu}. */
    private static long placed(GlobalIndices place, long i) {
        if (place.rows() == 0) {
            return place.offset() + i;
        }
        long row = i / place.columns();
        long block = row / place.rows();
        return place.offset()
                + i % place.columns()
                + (row - block * place.rows()) * place.rowStride()
                + block * place.blockStride();
    }

    private static void check(long[] part, long[] whole, long offset) {
        GlobalIndices place = GlobalIndices.of(part, whole, offset);
        assertTrue(place.isInBlocks());
        long elements = 1;
        for (long size : part) {
            elements *= size;
        }
        for (long i = 0; i < elements; i++) {
            long index = offset;
            long rest = i;
            long stride = 1;
            for (int d = part.length - 1; d >= 0; d--) {
                index += rest % part[d] * stride;
                rest /= part[d];
                stride *= whole[d];
            }
            assertEquals(index, placed(place, i));
        }
    }

    @Test
    void rowsAndBlocksSayWhereElementsLie() {
        check(new long[] {3, 4, 5}, new long[] {3, 4, 5}, 0);
        check(new long[] {3, 4, 5}, new long[] {9, 4, 5}, 60);
        check(new long[] {3, 4, 5}, new long[] {3, 8, 5}, 20);
        check(new long[] {3, 4, 5}, new long[] {3, 4, 10}, 5);
        check(new long[] {3, 4, 5}, new long[] {6, 8, 10}, 245);
        check(new long[] {3, 1, 5}, new long[] {6, 2, 10}, 5);
        check(new long[] {2, 3, 4, 5}, new long[] {4, 3, 8, 5}, 20);
    }

    @Test
    void fourCutsAreTooMany() {
        assertFalse(GlobalIndices.of(new long[] {2, 3, 4, 5}, new long[] {4, 6, 8, 10}, 0)
                .isInBlocks());
    }
}
