package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Least sums over joint labels of some nodes; the label of the last node is fastest. Sums stop at {@link #FORBIDDEN}: they are never above the real ones. */
final class CheckedTable {
    /** No labelling; two of it still fit in a long. */
    static final long FORBIDDEN = (1L << 62) - 1;

    private static final long LARGEST = 1L << 23;

    private final int[] scope;
    private final long[] values;
    /** Negative until it is asked for. */
    private double allowedShare = -1;

    CheckedTable(int[] scope, long[] values) {
        this.scope = scope;
        this.values = values;
    }

    /** Ascending; not to be written. */
    int[] scope() {
        return scope;
    }

    /** Not to be written. */
    long[] values() {
        return values;
    }

    /** The share of the entries that are allowed; asked for when all are there. */
    double allowedShare() {
        if (allowedShare < 0) {
            int allowed = 0;
            for (long value : values) {
                allowed += value < FORBIDDEN ? 1 : 0;
            }
            allowedShare = (double) allowed / Math.max(1, values.length);
        }
        return allowedShare;
    }

    boolean has(int node) {
        return Arrays.binarySearch(scope, node) >= 0;
    }

    static long add(long a, long b) {
        return Math.min(a + b, FORBIDDEN);
    }

    /** The nodes of some tables, ascending. */
    static int[] nodes(List<CheckedTable> tables) {
        TreeSet<Integer> nodes = new TreeSet<>();
        tables.forEach(t -> Arrays.stream(t.scope).forEach(nodes::add));
        return nodes.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Refuses nodes with too many joint labels to go through.
     *
     * @param cards labels by node
     */
    static void requireSmall(int[] cards, int[] nodes) {
        long size = 1;
        for (int node : nodes) {
            size *= cards[node];
            if (size > LARGEST * 64) {
                throw new ArithmeticException("a table is too large");
            }
        }
    }

    /** Joint labels of some nodes. */
    static int size(int[] cards, int[] scope) {
        long size = 1;
        for (int node : scope) {
            size *= cards[node];
            if (size > LARGEST) {
                throw new ArithmeticException("a table is too large");
            }
        }
        return (int) size;
    }
}
