package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * All joint labels that every one of some tables allows. The tables are sorted by the same order of nodes and searched side by side, one
 * node after the other: only labels that all tables with the node have behind what is chosen already are taken.
 */
final class Join {
    /** Rows that are too many to hold. */
    private static final int MOST_ROWS = 1 << 23;

    private final int[] order;
    private final int[] cards;
    private final long[] weights;
    private final int[][] participants;
    private final Sorted[] inputs;
    private final int[][] from;
    private final int[][] to;
    private int rows;
    private long[] codes = new long[64];
    private int[] labels = new int[64];
    private final int[][] at;

    /** A table in the order of nodes of the join: labels by position in the order; which entry it was. */
    private record Sorted(int[][] labels, int[] entries) {}

    /**
     * @param node that is not in the target; -1 if there is none
     * @param target nodes of the result, ascending
     * @param tables over the node and nodes of the target
     */
    Join(Block block, int node, int[] target, List<SparseTable> tables) {
        order = order(block, node, target, tables);
        cards = Arrays.stream(order).map(block::labels).toArray();
        weights = new long[order.length];
        long weight = 1;
        for (int k = target.length - 1; k >= 0; k--) {
            weights[position(target[k])] = weight;
            weight = Math.multiplyExact(weight, block.labels(target[k]));
        }
        inputs = tables.stream().map(t -> sorted(block, t)).toArray(Sorted[]::new);
        participants = new int[order.length][];
        for (int d = 0; d < order.length; d++) {
            int depth = d;
            participants[d] = java.util.stream.IntStream.range(0, inputs.length)
                    .filter(i -> tables.get(i).has(order[depth]))
                    .toArray();
        }
        from = new int[order.length + 1][inputs.length];
        to = new int[order.length + 1][inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            to[0][i] = tables.get(i).size();
        }
        at = new int[inputs.length][64];
        if (Arrays.stream(to[0]).allMatch(size -> size > 0)) {
            descend(0, 0, 0);
        }
    }

    /** The node first, then those of the table that leaves the fewest labels open. */
    private static int[] order(Block block, int node, int[] target, List<SparseTable> tables) {
        List<Integer> order = new ArrayList<>();
        BitSet bound = new BitSet();
        if (node >= 0) {
            order.add(node);
            bound.set(node);
        }
        List<SparseTable> left = new ArrayList<>(tables);
        while (!left.isEmpty()) {
            SparseTable best = left.get(0);
            double fewest = Double.POSITIVE_INFINITY;
            for (SparseTable table : left) {
                double open = table.size();
                for (int n : table.scope()) {
                    open /= bound.get(n) ? block.labels(n) : 1;
                }
                if (open < fewest) {
                    best = table;
                    fewest = open;
                }
            }
            left.remove(best);
            add(best.scope(), bound, order);
        }
        add(target, bound, order);
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void add(int[] nodes, BitSet bound, List<Integer> order) {
        for (int n : nodes) {
            if (!bound.get(n)) {
                bound.set(n);
                order.add(n);
            }
        }
    }

    private int position(int node) {
        int d = 0;
        while (order[d] != node) {
            d++;
        }
        return d;
    }

    private Sorted sorted(Block block, SparseTable table) {
        int[] scope = table.scope();
        int[] places = Arrays.stream(scope).map(this::position).sorted().toArray();
        int size = table.size();
        long[] divisors = new long[places.length];
        for (int p = 0; p < places.length; p++) {
            int own = table.position(order[places[p]]);
            divisors[p] = 1;
            for (int k = own + 1; k < scope.length; k++) {
                divisors[p] *= block.labels(scope[k]);
            }
        }
        long[] keys = new long[size];
        for (int e = 0; e < size; e++) {
            long key = 0;
            for (int p = 0; p < places.length; p++) {
                key = key * cards[places[p]] + table.codes()[e] / divisors[p] % cards[places[p]];
            }
            keys[e] = Math.addExact(Math.multiplyExact(key, size), e);
        }
        Arrays.sort(keys);
        int[][] byPlace = new int[order.length][];
        Arrays.stream(places).forEach(place -> byPlace[place] = new int[size]);
        int[] entries = new int[size];
        for (int e = 0; e < size; e++) {
            entries[e] = (int) (keys[e] % size);
            long key = keys[e] / size;
            for (int p = places.length - 1; p >= 0; p--) {
                byPlace[places[p]][e] = (int) (key % cards[places[p]]);
                key /= cards[places[p]];
            }
        }
        return new Sorted(byPlace, entries);
    }

    private void descend(int depth, long code, int first) {
        if (depth == order.length) {
            add(code, first);
            return;
        }
        System.arraycopy(from[depth], 0, from[depth + 1], 0, inputs.length);
        System.arraycopy(to[depth], 0, to[depth + 1], 0, inputs.length);
        int[] own = participants[depth];
        for (int label = 0; label < cards[depth]; label++) {
            int next = label;
            boolean there = true;
            for (int i : own) {
                int[] column = inputs[i].labels()[depth];
                int end = to[depth][i];
                int start = label == 0 ? from[depth][i] : from[depth + 1][i];
                while (start < end && column[start] < label) {
                    start++;
                }
                if (start == end) {
                    return;
                }
                int stop = start;
                while (stop < end && column[stop] == label) {
                    stop++;
                }
                from[depth + 1][i] = start;
                to[depth + 1][i] = stop;
                if (stop == start) {
                    next = Math.max(next, column[start]);
                    there = false;
                }
            }
            if (there) {
                descend(depth + 1, code + label * weights[depth], depth == 0 ? label : first);
            } else {
                label = next - 1;
            }
        }
    }

    private void add(long code, int label) {
        if (rows == MOST_ROWS) {
            throw new IllegalArgumentException("a table of a block has too many entries: give it fewer labels");
        }
        if (rows == codes.length) {
            codes = Arrays.copyOf(codes, 2 * rows);
            labels = Arrays.copyOf(labels, 2 * rows);
            for (int i = 0; i < at.length; i++) {
                at[i] = Arrays.copyOf(at[i], 2 * rows);
            }
        }
        codes[rows] = code;
        labels[rows] = label;
        for (int i = 0; i < at.length; i++) {
            at[i][rows] = inputs[i].entries()[from[order.length][i]];
        }
        rows++;
    }

    /** Joint labels. */
    int rows() {
        return rows;
    }

    /** By row the code of the target. */
    long[] codes() {
        return codes;
    }

    /** By row the label of the node. */
    int[] labels() {
        return labels;
    }

    /** By table, then row, the entry. */
    int[][] at() {
        return at;
    }
}
