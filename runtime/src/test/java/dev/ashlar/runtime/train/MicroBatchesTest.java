package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class MicroBatchesTest {
    private static final List<HostTensor> BATCH = List.of(
            HostTensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2), HostTensor.of(new long[] {0, -1, -1, 2}, 4));

    @Test
    void partsFollowEachOther() {
        MicroBatches parts = MicroBatches.equal(2);
        assertEquals(
                HostTensor.of(new float[] {5, 6, 7, 8}, 2, 2),
                parts.part(BATCH, 1).get(0));
        assertEquals(
                BATCH.get(0),
                parts.part(BATCH, 0).get(0).append(parts.part(BATCH, 1).get(0)));
        assertEquals(List.of(parts.part(BATCH, 0), parts.part(BATCH, 1)), parts.parts(BATCH));
        assertEquals(List.of(BATCH), MicroBatches.ONE.parts(BATCH));
    }

    @Test
    void sharesFollowWhatCounts() {
        MicroBatches parts = MicroBatches.counting(4, 1, -1);
        assertEquals(0.5, parts.share(BATCH, parts.part(BATCH, 0)));
        assertEquals(0, parts.share(BATCH, parts.part(BATCH, 1)));
        assertEquals(0.25, MicroBatches.equal(4).share(BATCH, BATCH));
        assertArrayEquals(new float[] {0.5f, 0, 0, 0.5f}, parts.shares(BATCH));
        List<HostTensor> ignored = List.of(HostTensor.of(new long[] {-1, -1}, 2));
        assertEquals(0, MicroBatches.counting(2, 0, -1).share(ignored, ignored));
    }

    @Test
    void onlyLikeStandsBehindLike() {
        HostTensor other = HostTensor.of(new float[] {1, 2, 3}, 1, 3);
        assertThrows(AshlarException.class, () -> BATCH.get(0).append(other));
        assertThrows(AshlarException.class, () -> BATCH.get(0).append(BATCH.get(1)));
    }
}
