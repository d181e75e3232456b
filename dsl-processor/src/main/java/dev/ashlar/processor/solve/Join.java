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
    static final int MOST_ROWS = 1 << 23;

    private final int[] order;
    private final int[] cards;
    private final int[] chosen;
    private final int[][] participants;
    private final Sorted[] inputs;
    private final int[][] from;
    private final int[][] to;
    private final int[] places;
    private final char[][] joint;
    private final int most;
    private int rows;
    private char[] labels = new char[64];
    private final int[][] at;

    /** A table in the order of nodes of the join: labels by position in the order; which entry it was. */
    private record Sorted(char[][] labels, int[] entries) {}

    /**
     * @param node that is not in the target; -1 if there is none
     * @param target nodes of the result, ascending
     * @param tables over the node and nodes of the target
     * @param most rows
     * @throws TooManyRows if there are more
     */
    Join(Block block, int node, int[] target, List<SparseTable> tables, int most) {
        this.most = most;
        order = order(block, node, target, tables);
        cards = Arrays.stream(order).map(block::labels).toArray();
        chosen = new int[order.length];
        places = Arrays.stream(target).map(this::position).toArray();
        inputs = tables.stream().map(this::sorted).toArray(Sorted[]::new);
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
        joint = new char[target.length][64];
        if (Arrays.stream(to[0]).allMatch(size -> size > 0)) {
            descend(0);
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

    private Sorted sorted(SparseTable table) {
        int[] places = Arrays.stream(table.scope()).map(this::position).sorted().toArray();
        char[][] columns = Arrays.stream(places)
                .mapToObj(p -> table.labels()[table.position(order[p])])
                .toArray(char[][]::new);
        int[] rows = SparseTable.sorted(
                table.size(), columns, Arrays.stream(places).map(p -> cards[p]).toArray());
        char[][] byPlace = new char[order.length][];
        for (int p = 0; p < places.length; p++) {
            byPlace[places[p]] = SparseTable.picked(columns[p], rows);
        }
        return new Sorted(byPlace, rows);
    }

    private void descend(int depth) {
        if (depth == order.length) {
            add();
            return;
        }
        System.arraycopy(from[depth], 0, from[depth + 1], 0, inputs.length);
        System.arraycopy(to[depth], 0, to[depth + 1], 0, inputs.length);
        int[] own = participants[depth];
        for (int label = 0; label < cards[depth]; label++) {
            int next = label;
            boolean there = true;
            for (int i : own) {
                char[] column = inputs[i].labels()[depth];
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
                chosen[depth] = label;
                descend(depth + 1);
            } else {
                label = next - 1;
            }
        }
    }

    private void add() {
        if (rows == most) {
            throw new TooManyRows();
        }
        if (rows == labels.length) {
            labels = Arrays.copyOf(labels, 2 * rows);
            for (int k = 0; k < joint.length; k++) {
                joint[k] = Arrays.copyOf(joint[k], 2 * rows);
            }
            for (int i = 0; i < at.length; i++) {
                at[i] = Arrays.copyOf(at[i], 2 * rows);
            }
        }
        labels[rows] = order.length == 0 ? 0 : (char) chosen[0];
        for (int k = 0; k < joint.length; k++) {
            joint[k][rows] = (char) chosen[places[k]];
        }
        for (int i = 0; i < at.length; i++) {
            at[i][rows] = inputs[i].entries()[from[order.length][i]];
        }
        rows++;
    }

    /** Joint labels. */
    int rows() {
        return rows;
    }

    /** By node of the target, then row, the label; longer than there are rows. */
    char[][] joint() {
        return joint;
    }

    /** By row the label of the node; longer than there are rows. */
    char[] labels() {
        return labels;
    }

    /** By table, then row, the entry. */
    int[][] at() {
        return at;
    }
}
