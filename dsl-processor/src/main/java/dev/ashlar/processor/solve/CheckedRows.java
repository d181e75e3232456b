package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * All joint labels that some tables allow together, as rows: where each is in every table and in the one that sums them up. They are listed
 * once for all prices, unless they are too many to hold.
 */
final class CheckedRows {
    private final int[] cards;
    /** Empty where the rows are held. */
    private final List<CheckedSupport> inputs;

    private final CheckedSupport support;
    private final long most;
    private final List<int[][]> chunks = new ArrayList<>();
    /** By input, then the target: where joint labels have their places; empty where they are these, and where the rows are held. */
    private final List<Optional<CheckedPlaces>> places;

    private long count;

    /**
     * @param cards labels by node
     * @param inputs what is forbidden in the tables
     * @param target nodes of the inputs that the table that sums up speaks of, ascending
     * @param packed whether only what is allowed has a place in that one
     * @param mostBytes that the rows may take; where they are more they are listed anew every time
     */
    CheckedRows(int[] cards, List<CheckedSupport> inputs, int[] target, boolean packed, long mostBytes) {
        most = mostBytes / Integer.BYTES / (inputs.size() + 1);
        this.cards = cards;
        List<Optional<CheckedPlaces>> from = new ArrayList<>();
        inputs.forEach(input -> from.add(input.places()));
        BitSet allowed = new BitSet();
        CheckedSweep.visit(cards, inputs, target, (at, rows) -> {
            mark(at[inputs.size()], rows, allowed);
            place(at, rows, from);
            add(at, rows);
        });
        support = new CheckedSupport(target, CheckedTable.size(cards, target), allowed, packed);
        from.add(support.places());
        from.get(inputs.size())
                .ifPresent(own -> chunks.forEach(c -> own.put(c[inputs.size()], c[inputs.size()].length)));
        boolean held = count <= most;
        this.inputs = held ? List.of() : inputs;
        places = held ? List.of() : from;
    }

    private static void mark(int[] joint, int rows, BitSet allowed) {
        for (int row = 0; row < rows; row++) {
            allowed.set(joint[row]);
        }
    }

    /** Puts places where joint labels are. */
    private static void place(int[][] at, int rows, List<Optional<CheckedPlaces>> places) {
        for (int t = 0; t < places.size(); t++) {
            int[] joint = at[t];
            places.get(t).ifPresent(own -> own.put(joint, rows));
        }
    }

    private void add(int[][] at, int rows) {
        count += rows;
        if (count > most) {
            chunks.clear();
        } else if (rows > 0) {
            chunks.add(Arrays.stream(at).map(a -> Arrays.copyOf(a, rows)).toArray(int[][]::new));
        }
    }

    /** Visits the rows; where they are come first the inputs, then the target. */
    void visit(CheckedSweep.Visitor visitor) {
        if (count > most) {
            CheckedSweep.visit(cards, inputs, support.scope(), (at, rows) -> {
                place(at, rows, places);
                visitor.visit(at, rows);
            });
        }
        for (int[][] chunk : chunks) {
            visitor.visit(chunk, chunk[0].length);
        }
    }

    /** What is allowed by the target's joint labels. */
    CheckedSupport support() {
        return support;
    }

    /**
     * The least sums.
     *
     * @param values by input
     */
    long[] least(long[][] values) {
        long[] least = new long[support.entries()];
        Arrays.fill(least, CheckedTable.FORBIDDEN);
        long[] sums = new long[longest()];
        visit((at, rows) -> {
            Arrays.fill(sums, 0, rows, 0);
            addUp(at, rows, values, sums);
            lower(at[values.length], rows, sums, least);
        });
        return least;
    }

    private static void lower(int[] to, int rows, long[] sums, long[] least) {
        for (int row = 0; row < rows; row++) {
            least[to[row]] = Math.min(least[to[row]], sums[row]);
        }
    }

    /** What the rows take. */
    long bytes() {
        return chunks.stream()
                .mapToLong(c -> (long) c.length * c[0].length * Integer.BYTES)
                .sum();
    }

    /** Rows that are visited at once, at most. */
    int longest() {
        return (int) Math.min(CheckedSweep.CHUNK, count);
    }

    /** Adds what the inputs come to in every row. */
    static void addUp(int[][] at, int rows, long[][] values, long[] sums) {
        int t = 0;
        for (; t + 2 < values.length; t += 3) {
            add(at[t], values[t], at[t + 1], values[t + 1], at[t + 2], values[t + 2], rows, sums);
        }
        for (; t < values.length; t++) {
            add(at[t], rows, values[t], sums);
        }
    }

    /** Three inputs at once: four sums fit between the least and the largest number of 64 bits. */
    private static void add(
            int[] at, long[] values, int[] at2, long[] values2, int[] at3, long[] values3, int rows, long[] sums) {
        for (int row = 0; row < rows; row++) {
            long sum = Long.MIN_VALUE + sums[row] + values[at[row]] + values2[at2[row]] + values3[at3[row]];
            sums[row] = Math.min(sum, Long.MIN_VALUE + CheckedTable.FORBIDDEN) - Long.MIN_VALUE;
        }
    }

    private static void add(int[] at, int rows, long[] values, long[] sums) {
        for (int row = 0; row < rows; row++) {
            sums[row] = CheckedTable.add(sums[row], values[at[row]]);
        }
    }
}
