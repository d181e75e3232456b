package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What is given in pieces is added up, and held once where it is the same. */
final class BlockBuilderTest {
    private final BlockBuilder builder = Block.builder("one", 3, 4);
    private final int[] nodes = {builder.node(2), builder.node(1), builder.node(2)};

    private long[] live(int point) {
        return builder.build().factors().get(0).amounts(Quantity.ofPoint(point));
    }

    @Test
    void addsUpIntervalsThatOverlap() {
        builder.live(0, 5, nodes, 1, 2, 3, 4);
        builder.live(3, 7, nodes, 10, 20, 30, 40);
        builder.liveTable(3, nodes, 0, 0, 0, 100);
        assertArrayEquals(new long[] {1, 2, 3, 4}, live(0));
        assertArrayEquals(new long[] {11, 22, 33, 144}, live(3));
        assertArrayEquals(new long[] {11, 22, 33, 44}, live(4));
        assertArrayEquals(new long[] {10, 20, 30, 40}, live(6));
    }

    @Test
    void holdsEqualAmountsOnce() {
        builder.live(0, 5, nodes, 1, 2, 3, 4);
        builder.live(6, 7, nodes, 1, 2, 3, 4);
        builder.addTable(Quantity.KEPT, nodes, 1, 2, 3, 4);
        Factor factor = builder.build().factors().get(0);
        assertSame(factor.amounts(Quantity.ofPoint(0)), factor.amounts(Quantity.ofPoint(4)));
        assertSame(factor.amounts(Quantity.ofPoint(0)), factor.amounts(Quantity.ofPoint(6)));
        assertSame(factor.amounts(Quantity.ofPoint(0)), factor.amounts(Quantity.KEPT.ordinal()));
        assertEquals(0, factor.amounts(Quantity.ofPoint(5)).length);
    }

    @Test
    void doesNotShareWhatTheCallerHolds() {
        long[] amounts = {1, 2, 3, 4};
        builder.live(0, 2, nodes, amounts);
        amounts[0] = 7;
        assertEquals(1, live(0)[0]);
        builder.live(1, 2, nodes, 1, 1, 1, 1);
        assertEquals(1, live(0)[0]);
        assertEquals(2, live(1)[0]);
    }

    @Test
    void forbidsJointLabels() {
        builder.forbid(nodes, 1, 0, 0);
        Factor factor = builder.build().factors().get(0);
        assertArrayEquals(nodes, factor.scope());
        for (int entry = 0; entry < 4; entry++) {
            assertEquals(entry == 2, factor.forbidden(entry));
        }
        assertTrue(factor.used().length == 0);
    }
}
