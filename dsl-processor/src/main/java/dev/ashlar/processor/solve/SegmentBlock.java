package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Neighbouring blocks that are alike and labelled alike as one: forward keeps what the first is given, and backward runs forward of all of
 * them again before their backward.
 *
 * <p>Of {@code n} blocks the {@code j}-th, with {@code k} kept, {@code g} of gradients and {@code m_p} at its time point {@code p}, has
 * {@code (j-1) k + m_p} and what waits where forward runs again, and {@code (j-1) k + m_p + (n-j) g} in backward: as amounts are at least
 * zero, the last has the most where forward runs again, and in backward the first or the last. Where forward runs first nothing is kept but
 * what the first is given; that is no more than forward has again, where the gradient of what comes out waits, which is as large.
 */
public final class SegmentBlock {
    private final Block block;
    private final int length;
    private final long keptBytes;
    private final long waitingBytes;
    /** By row, then what it is multiplied with: equal rows are one array. */
    private final Map<long[], Map<Long, long[]>> multiples = new IdentityHashMap<>();

    private final Map<long[], Map<long[], long[]>> sums = new IdentityHashMap<>();
    private final Map<long[], Map<Long, long[]>> raised = new IdentityHashMap<>();

    private SegmentBlock(Block block, int length, long keptBytes, long waitingBytes) {
        this.block = block;
        this.length = length;
        this.keptBytes = keptBytes;
        this.waitingBytes = waitingBytes;
    }

    /**
     * A block for a segment.
     *
     * @param block that stands {@linkplain Block#isApart() for itself}
     * @param length how many of them, at least 1
     * @param keptBytes what the first is given
     * @param waitingBytes what is there where forward runs again beyond what the block knows of forward, at least 0
     */
    public static Block of(Block block, int length, long keptBytes, long waitingBytes) {
        if (!block.isApart() || length < 1 || keptBytes < 0 || waitingBytes < 0) {
            throw new IllegalArgumentException(length + " times '" + block + "' are no segment");
        }
        return new SegmentBlock(block, length, keptBytes, waitingBytes).build();
    }

    private Block build() {
        List<Factor> factors = new ArrayList<>();
        for (Factor factor : block.factors()) {
            factors.add(factor(factor, factors.isEmpty()));
        }
        int backward = block.points() - block.forwardPoints();
        int[] labels = new int[block.nodes()];
        Arrays.setAll(labels, block::labels);
        return new Block(
                block.name(), labels, block.entries(), block.exits(), 0, block.forwardPoints() + 2 * backward, factors);
    }

    /** @param first whether it has what does not depend on labels */
    private Factor factor(Factor factor, boolean first) {
        List<long[]> rows = new ArrayList<>();
        for (Quantity quantity : Quantity.values()) {
            rows.add(times(length, factor.amounts(quantity.ordinal())));
        }
        rows.set(Quantity.KEPT.ordinal(), first ? raised(Factor.none(), keptBytes, factor.size()) : Factor.none());
        long[] kept = times(length - 1, factor.amounts(Quantity.KEPT.ordinal()));
        long[] gradients = times(length - 1, factor.amounts(Quantity.GRADIENT.ordinal()));
        for (int p = 0; p < block.forwardPoints(); p++) {
            long[] again = sum(factor.amounts(Quantity.ofPoint(p)), kept);
            rows.add(first ? raised(again, waitingBytes, factor.size()) : again);
        }
        for (long[] before : List.of(kept, gradients)) {
            for (int p = block.forwardPoints(); p < block.points(); p++) {
                rows.add(sum(factor.amounts(Quantity.ofPoint(p)), before));
            }
        }
        return factor.withAmounts(rows.toArray(long[][]::new));
    }

    private long[] times(long count, long[] row) {
        if (count == 0 || row.length == 0) {
            return Factor.none();
        }
        return multiples
                .computeIfAbsent(row, r -> new HashMap<>())
                .computeIfAbsent(
                        count,
                        c -> Arrays.stream(row)
                                .map(a -> Math.multiplyExact(c, a))
                                .toArray());
    }

    private long[] sum(long[] row, long[] other) {
        if (row.length == 0 || other.length == 0) {
            return row.length == 0 ? other : row;
        }
        return sums.computeIfAbsent(row, r -> new IdentityHashMap<>()).computeIfAbsent(other, o -> {
            long[] sum = new long[row.length];
            Arrays.setAll(sum, e -> Math.addExact(row[e], o[e]));
            return sum;
        });
    }

    private long[] raised(long[] row, long by, int size) {
        if (by == 0) {
            return row;
        }
        return raised.computeIfAbsent(row, r -> new HashMap<>()).computeIfAbsent(by, b -> {
            long[] higher = new long[size];
            Arrays.setAll(higher, e -> Math.addExact(row.length == 0 ? 0 : row[e], b));
            return higher;
        });
    }
}
