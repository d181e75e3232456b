package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/** The entries of a table that are allowed. What orders of elimination ask for again and again is worked out once. */
final class SparseTable {
    private final int[] scope;
    private final BitSet nodes = new BitSet();
    private final char[][] labels;
    private final int[] entries;
    private final int[][] counts;
    private final boolean matching;
    private final boolean sparse;

    private SparseTable(Block block, int[] scope, char[][] labels, int[] entries) {
        this.scope = scope;
        this.labels = labels;
        this.entries = entries;
        counts = new int[scope.length][];
        double all = 1;
        boolean once = scope.length == 2;
        for (int k = 0; k < scope.length; k++) {
            nodes.set(scope[k]);
            int[] own = new int[block.labels(scope[k])];
            for (char label : labels[k]) {
                own[label]++;
            }
            counts[k] = own;
            all *= own.length;
            once &= largest(own) <= 1;
        }
        matching = once;
        sparse = entries.length < all;
    }

    private static int largest(int[] row) {
        int largest = 0;
        for (int number : row) {
            largest = Math.max(largest, number);
        }
        return largest;
    }

    /**
     * Entries that are allowed.
     *
     * @param scope nodes, ascending
     * @param labels by position in the scope, then entry
     * @param entries where they are in the table
     */
    static SparseTable of(Block block, int[] scope, char[][] labels, int[] entries) {
        return new SparseTable(block, scope, labels, entries);
    }

    static SparseTable of(Block block, Factor factor) {
        int[] scope = factor.scope();
        int[] allowed = factor.allowed();
        char[][] labels = new char[scope.length][];
        int[] rest = allowed.clone();
        for (int k = scope.length - 1; k >= 0; k--) {
            labels[k] = last(rest, block.labels(scope[k]));
        }
        return of(block, scope, labels, allowed);
    }

    /** Takes the fastest label from numbers of joint labels. */
    private static char[] last(int[] joint, int cards) {
        char[] labels = new char[joint.length];
        for (int e = 0; e < labels.length; e++) {
            int rest = joint[e] / cards;
            labels[e] = (char) (joint[e] - rest * cards);
            joint[e] = rest;
        }
        return labels;
    }

    /** Nodes, ascending; not to be written. */
    int[] scope() {
        return scope;
    }

    /** The same; not to be written. */
    BitSet nodes() {
        return nodes;
    }

    /** By position in the scope, then entry; not to be written. */
    char[][] labels() {
        return labels;
    }

    /** Where they are in the table; not to be written. */
    int[] entries() {
        return entries;
    }

    /** How many entries have a label of the node at a position in the scope, by label; not to be written. */
    int[] counts(int position) {
        return counts[position];
    }

    int size() {
        return entries.length;
    }

    /** Where a node is in the scope; negative if it is not. */
    int position(int node) {
        return Arrays.binarySearch(scope, node);
    }

    boolean has(int node) {
        return nodes.get(node);
    }

    /** Whether it is over some of these nodes alone. */
    boolean isWithin(BitSet others) {
        for (int node : scope) {
            if (!others.get(node)) {
                return false;
            }
        }
        return true;
    }

    /** Whether some joint labels are not allowed. */
    boolean isSparse() {
        return sparse;
    }

    /** Whether it is over two nodes, of which each decides about the other. */
    boolean isMatching() {
        return matching;
    }

    /** Of a matching, by label of one node that of the other; -1 where there is none. */
    int[] matched(Block block, int node) {
        int position = position(node);
        int[] other = new int[block.labels(node)];
        Arrays.fill(other, -1);
        for (int e = 0; e < size(); e++) {
            other[labels[position][e]] = labels[1 - position][e];
        }
        return other;
    }

    /** The same entries with another node in the place of one. */
    SparseTable with(Block block, int node, int other, int[] matched) {
        int from = position(node);
        int both = position(other);
        int[] nodes = IntStream.concat(Arrays.stream(scope).filter(n -> n != node && n != other), IntStream.of(other))
                .sorted()
                .toArray();
        int[] left = IntStream.range(0, size())
                .filter(e -> matched[labels[from][e]] >= 0)
                .filter(e -> both < 0 || labels[both][e] == matched[labels[from][e]])
                .toArray();
        char[][] renamed = new char[nodes.length][left.length];
        for (int k = 0; k < nodes.length; k++) {
            for (int e = 0; e < left.length; e++) {
                renamed[k][e] =
                        nodes[k] == other ? (char) matched[labels[from][left[e]]] : labels[position(nodes[k])][left[e]];
            }
        }
        int[] own = Arrays.stream(left).map(e -> entries[e]).toArray();
        return of(block, nodes, renamed, own);
    }

    /**
     * The order of rows by the labels of some columns, the first of which counts most; equal ones keep their order.
     *
     * @param cards labels by column
     */
    static int[] sorted(int rows, char[][] columns, int[] cards) {
        int[] order = new int[rows];
        Arrays.setAll(order, r -> r);
        int[] next = new int[rows];
        for (int c = columns.length - 1; c >= 0; c--) {
            sort(order, columns[c], cards[c], next);
            int[] swap = order;
            order = next;
            next = swap;
        }
        return order;
    }

    private static void sort(int[] order, char[] column, int cards, int[] sorted) {
        int[] starts = new int[cards + 1];
        for (int row : order) {
            starts[column[row] + 1]++;
        }
        for (int label = 0; label < cards; label++) {
            starts[label + 1] += starts[label];
        }
        for (int row : order) {
            sorted[starts[column[row]]++] = row;
        }
    }

    /** The labels of some rows. */
    static char[] picked(char[] column, int[] rows) {
        char[] picked = new char[rows.length];
        for (int k = 0; k < picked.length; k++) {
            picked[k] = column[rows[k]];
        }
        return picked;
    }
}
