package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** A table over one or more nodes of a block: amounts by quantity, and entries that are forbidden. */
final class Factor {
    private static final long[] NONE = {};

    private final int[] scope;
    private final int size;
    private final long[][] amounts;
    private final boolean[] forbidden;
    private final int[] used;
    /** Quantities with amounts that follow each other and have the same ones: the first of each run, and that behind its last. */
    private final int[] runs;

    private final long[] largest;

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
        runs = runs(used, amounts);
        largest = new long[amounts.length];
        for (int q = 0; q < amounts.length; q++) {
            largest[q] = q > 0 && amounts[q] == amounts[q - 1] ? largest[q - 1] : largest(amounts[q]);
        }
    }

    private static int[] runs(int[] used, long[][] amounts) {
        int[] runs = new int[2 * used.length];
        int length = 0;
        for (int q : used) {
            if (length > 0 && runs[length - 1] == q && amounts[q] == amounts[q - 1]) {
                runs[length - 1] = q + 1;
            } else {
                runs[length] = q;
                runs[length + 1] = q + 1;
                length += 2;
            }
        }
        return Arrays.copyOf(runs, length);
    }

    private static long largest(long[] row) {
        long most = 0;
        for (long amount : row) {
            most = Math.max(most, amount);
        }
        return most;
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

    /** Rows, those of time points too. */
    int quantities() {
        return amounts.length;
    }

    /** Amounts by entry of {@code Quantity.ordinal()} or {@link Quantity#ofPoint}; empty if all are zero. Not to be written. */
    long[] amounts(int quantity) {
        return amounts[quantity];
    }

    long amount(int quantity, int entry) {
        return amounts[quantity].length == 0 ? 0 : amounts[quantity][entry];
    }

    /** The largest amount of a quantity, of forbidden entries too. */
    long largest(int quantity) {
        return largest[quantity];
    }

    /**
     * Adds what an entry comes to. Most tables add the same to many quantities: what each is above the one before is quicker to write.
     *
     * @param rises by quantity, what it comes to above the one before; {@link #sum} makes amounts of them
     */
    void add(int entry, long[] rises) {
        for (int r = 0; r < runs.length; r += 2) {
            long amount = amounts[runs[r]][entry];
            rises[runs[r]] += amount;
            if (runs[r + 1] < rises.length) {
                rises[runs[r + 1]] -= amount;
            }
        }
    }

    /** Makes amounts by quantity of what each is above the one before. */
    static void sum(long[] rises) {
        for (int q = 1; q < rises.length; q++) {
            rises[q] += rises[q - 1];
        }
    }

    /** Adds to amounts by quantity what one entry comes to above another. */
    void addDifference(int entry, int other, long[] sums) {
        for (int r = 0; r < runs.length; r += 2) {
            long[] row = amounts[runs[r]];
            long difference = row[entry] - row[other];
            for (int q = runs[r]; q < runs[r + 1] && difference != 0; q++) {
                sums[q] += difference;
            }
        }
    }

    /** Quantities that have amounts, in order; not to be written. */
    int[] used() {
        return used;
    }

    /**
     * The most by which an allowed entry of one row exceeds that of another, among every {@code step}-th entry: no more than that among all.
     * 0 if every entry is forbidden.
     */
    long mostAbove(int row, int other, int step) {
        long[] high = amounts[row];
        long[] low = amounts[other];
        if (high == low) {
            return 0;
        }
        long most = Long.MIN_VALUE;
        for (int entry = 0; entry < size; entry += step) {
            if (forbidden.length == 0 || !forbidden[entry]) {
                long difference = (high.length == 0 ? 0 : high[entry]) - (low.length == 0 ? 0 : low[entry]);
                most = Math.max(most, difference);
            }
        }
        if (most > Long.MIN_VALUE) {
            return most;
        }
        return step > 1 ? mostAbove(row, other, 1) : 0;
    }

    /** One quantity of those with the same amounts, which are one array. */
    int[] distinctRows() {
        Set<long[]> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return Arrays.stream(used).filter(q -> seen.add(amounts[q])).toArray();
    }

    /** Whether another table has the same nodes and entries. */
    boolean isLike(Factor other) {
        boolean like = Arrays.equals(scope, other.scope)
                && amounts.length == other.amounts.length
                && Arrays.equals(forbidden, other.forbidden);
        for (int q = 0; like && q < amounts.length; q++) {
            boolean again = q > 0 && amounts[q] == amounts[q - 1] && other.amounts[q] == other.amounts[q - 1];
            like = again || Arrays.equals(amounts[q], other.amounts[q]);
        }
        return like;
    }

    /** The same where a node has some of its labels alone. */
    Factor with(Block block, int node, BitSet labels) {
        boolean[] fewer = new boolean[size];
        int stride = 1;
        for (int k = scope.length - 1; scope[k] != node; k--) {
            stride *= block.labels(scope[k]);
        }
        for (int entry = 0; entry < size; entry++) {
            fewer[entry] = forbidden(entry) || !labels.get(entry / stride % block.labels(node));
        }
        return new Factor(scope, size, amounts, fewer);
    }

    /** The same with other amounts. */
    Factor withAmounts(long[][] others) {
        return new Factor(scope, size, others, forbidden);
    }

    /** The same with some of its entries. */
    Factor picked(int[] entries) {
        Map<long[], long[]> rows = new IdentityHashMap<>();
        long[][] fewer = new long[amounts.length][];
        for (int q = 0; q < fewer.length; q++) {
            fewer[q] = q > 0 && amounts[q] == amounts[q - 1]
                    ? fewer[q - 1]
                    : rows.computeIfAbsent(amounts[q], r -> r.length == 0 ? r : picked(r, entries));
        }
        return new Factor(scope, entries.length, fewer, forbidden.length == 0 ? forbidden : picked(forbidden, entries));
    }

    /** Empty where none is set. */
    private static boolean[] picked(boolean[] row, int[] entries) {
        boolean[] few = new boolean[entries.length];
        boolean any = false;
        for (int e = 0; e < few.length; e++) {
            few[e] = row[entries[e]];
            any |= few[e];
        }
        return any ? few : new boolean[0];
    }

    private static long[] picked(long[] row, int[] entries) {
        long[] few = new long[entries.length];
        for (int e = 0; e < few.length; e++) {
            few[e] = row[entries[e]];
        }
        return few;
    }

    /** The same with the quantities of {@code rows} alone. */
    Factor withRows(int[] rows) {
        return new Factor(
                scope, size, Arrays.stream(rows).mapToObj(r -> amounts[r]).toArray(long[][]::new), forbidden);
    }

    /** The entry for labels by node of a block. */
    int entry(Block block, int[] labels) {
        int entry = 0;
        for (int node : scope) {
            entry = entry * block.labels(node) + labels[node];
        }
        return entry;
    }

    /** The first allowed entry from one on, or else of all; -1 if there is none. */
    int allowed(int from) {
        for (int k = 0; k < size; k++) {
            int entry = from + k < size ? from + k : from + k - size;
            if (!forbidden(entry)) {
                return entry;
            }
        }
        return -1;
    }

    /** All entries that are allowed, ascending. */
    int[] allowed() {
        return places(forbidden.length > 0 ? forbidden : new boolean[size], false);
    }

    /** Where a row has a value, ascending. */
    static int[] places(boolean[] row, boolean value) {
        int[] places = new int[row.length];
        int count = 0;
        for (int e = 0; e < row.length; e++) {
            places[count] = e;
            count += row[e] == value ? 1 : 0;
        }
        return Arrays.copyOf(places, count);
    }

    boolean forbidden(int entry) {
        return forbidden.length > 0 && forbidden[entry];
    }
}
