package dev.ashlar.processor.solve;

/**
 * Arithmetic of tables of least sums over joint labels of some nodes; the label of the last node is fastest. Sums stop at
 * {@link #FORBIDDEN}: they are never above the real ones.
 */
final class CheckedTable {
    /** No labelling; two of it still fit in a long. */
    static final long FORBIDDEN = (1L << 62) - 1;

    private static final long LARGEST = 1L << 23;

    private CheckedTable() {}

    static long add(long a, long b) {
        return Math.min(a + b, FORBIDDEN);
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
