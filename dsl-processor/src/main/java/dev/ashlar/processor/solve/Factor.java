package dev.ashlar.processor.solve;

import java.util.stream.IntStream;

/** A table over one or more nodes of a block: amounts by quantity, and entries that are forbidden. */
final class Factor {
    private static final long[] NONE = {};

    private final int[] scope;
    private final int size;
    private final long[][] amounts;
    private final boolean[] forbidden;
    private final int[] used;

    /**
     * @param scope local nodes, ascending; in the number of an entry the label of the last is fastest
     * @param size entries
     * @param amounts by quantity, then time point; an empty row is all zero, equal rows are one array
     * @param forbidden by entry; empty if none is
     */
    Factor(int[] scope, int size, long[][] amounts, boolean[] forbidden) {
        this.scope = scope;
        this.size = size;
        this.amounts = amounts;
        this.forbidden = forbidden;
        used = IntStream.range(0, amounts.length)
                .filter(q -> amounts[q].length > 0)
                .toArray();
    }

    static long[] none() {
        return NONE;
    }

    /** Local nodes, ascending; not to be written. */
    int[] scope() {
        return scope;
    }

    int size() {
        return size;
    }

    /** Amounts by entry of {@code Quantity.ordinal()} or {@link Quantity#ofPoint}; empty if all are zero. Not to be written. */
    long[] amounts(int quantity) {
        return amounts[quantity];
    }

    long amount(int quantity, int entry) {
        return amounts[quantity].length == 0 ? 0 : amounts[quantity][entry];
    }

    /** Quantities that have amounts, in order; not to be written. */
    int[] used() {
        return used;
    }

    boolean forbidden(int entry) {
        return forbidden.length > 0 && forbidden[entry];
    }
}
