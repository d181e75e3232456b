package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A segment has the most memory of its blocks, one after the other. */
class SegmentBlockTest {
    private static final int LABELS = 3;
    private static final int FORWARD = 2;
    private static final int BACKWARD = 3;

    @Test
    void hasTheMostOfItsBlocks() {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            Block block = block(random);
            Block around = block(random);
            int length = 1 + random.nextInt(4);
            long given = random.nextInt(50);
            long waiting = random.nextInt(50);
            Block segment = SegmentBlock.of(block, length, given, waiting);
            Problem problem = Problem.of(List.of(around, segment, segment, around));
            int[] labels = random.ints(problem.variables(), 0, LABELS).toArray();
            Account account = Account.of(problem, Arrays.stream(labels).boxed().toList());
            assertEquals(peak(block, around, length, given, waiting, labels), account.peak());
            Problem apart = Problem.of(List.of(around, block, around));
            long one =
                    Account.of(apart, List.of(0, 0, labels[2], labels[3], 0, 0)).time();
            long other =
                    Account.of(apart, List.of(0, 0, labels[4], labels[5], 0, 0)).time();
            long none = Account.of(Problem.of(List.of(around, around)), List.of(0, 0, 0, 0))
                    .time();
            long ends = Account.of(
                            Problem.of(List.of(around, around)), List.of(labels[0], labels[1], labels[6], labels[7]))
                    .time();
            assertEquals(ends + length * (one + other - 2 * none), account.time());
        }
    }

    /** Two nodes with a table each and one together. */
    private static Block block(Random random) {
        BlockBuilder builder = Block.builder("block", FORWARD, BACKWARD);
        int u = builder.node(LABELS);
        int v = builder.node(LABELS);
        for (Quantity quantity : List.of(Quantity.TIME, Quantity.STATIC, Quantity.KEPT, Quantity.GRADIENT)) {
            builder.add(quantity, u, amounts(random, LABELS));
            builder.addPair(quantity, u, v, amounts(random, LABELS * LABELS));
        }
        for (int p = 0; p < FORWARD + BACKWARD; p++) {
            builder.live(p, v, amounts(random, LABELS));
            builder.livePair(p, u, v, amounts(random, LABELS * LABELS));
        }
        return builder.build();
    }

    private static long[] amounts(Random random, int size) {
        return random.longs(size, 0, 100).toArray();
    }

    private static long amount(Block block, int quantity, int u, int v) {
        return block.factors().stream()
                .mapToLong(f -> f.amount(quantity, f.entry(block, new int[] {u, v})))
                .sum();
    }

    /** Step by step: forward of all, then what runs again and backward from the end, as it happens. */
    private static long peak(Block block, Block around, int length, long given, long waiting, int[] x) {
        int kept = Quantity.KEPT.ordinal();
        int gradient = Quantity.GRADIENT.ordinal();
        int fixed = Quantity.STATIC.ordinal();
        long live = amount(around, fixed, x[0], x[1]) + amount(around, fixed, x[6], x[7]);
        live += length * (amount(block, fixed, x[2], x[3]) + amount(block, fixed, x[4], x[5]));
        long peak = 0;
        for (int p = 0; p < FORWARD; p++) {
            peak = Math.max(peak, live + amount(around, Quantity.ofPoint(p), x[0], x[1]));
        }
        live += amount(around, kept, x[0], x[1]) + 2 * given;
        for (int p = 0; p < FORWARD + BACKWARD; p++) {
            peak = Math.max(peak, live + amount(around, Quantity.ofPoint(p), x[6], x[7]));
        }
        live += amount(around, gradient, x[6], x[7]);
        for (int s = 1; s >= 0; s--) {
            int u = x[2 + 2 * s];
            int v = x[3 + 2 * s];
            live -= given;
            for (int j = 0; j < length; j++) {
                for (int p = 0; p < FORWARD; p++) {
                    peak = Math.max(peak, live + waiting + amount(block, Quantity.ofPoint(p), u, v));
                }
                live += amount(block, kept, u, v);
            }
            for (int j = 0; j < length; j++) {
                live -= amount(block, kept, u, v);
                for (int p = FORWARD; p < FORWARD + BACKWARD; p++) {
                    peak = Math.max(peak, live + amount(block, Quantity.ofPoint(p), u, v));
                }
                live += amount(block, gradient, u, v);
            }
        }
        live -= amount(around, kept, x[0], x[1]);
        for (int p = FORWARD; p < FORWARD + BACKWARD; p++) {
            peak = Math.max(peak, live + amount(around, Quantity.ofPoint(p), x[0], x[1]));
        }
        return peak;
    }

    @Test
    void onlyABlockThatStandsForItself() {
        BlockBuilder builder = Block.builder("block", 1, 1);
        builder.exit(builder.node(2));
        Block block = builder.build();
        assertThrows(IllegalArgumentException.class, () -> SegmentBlock.of(block, 2, 0, 0));
        Block apart = block(new Random(1));
        assertThrows(IllegalArgumentException.class, () -> SegmentBlock.of(apart, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> SegmentBlock.of(apart, 2, -1, 0));
    }
}
