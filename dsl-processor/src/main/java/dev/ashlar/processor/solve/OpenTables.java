package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** The tables of a block that are still to be added up, while its nodes are eliminated; and which node is best eliminated next. */
final class OpenTables {
    /** How much pairs that come together for the first time count beside the logarithm of the joint labels. */
    private static final double FILL = 0.1;

    private static final double UNKNOWN = -1;

    private final Block block;
    /** Factors by number, then results of steps. */
    private final List<SparseTable> tables = new ArrayList<>();

    private final List<Integer> open = new ArrayList<>();
    /** By node what {@link #rows} said, until a table with it is another. */
    private final double[] known;

    OpenTables(Block block) {
        this.block = block;
        block.factors().forEach(f -> open(SparseTable.of(block, f)));
        known = new double[block.nodes()];
        Arrays.fill(known, UNKNOWN);
    }

    private void open(SparseTable table) {
        open.add(tables.size());
        tables.add(table);
    }

    SparseTable get(int table) {
        return tables.get(table);
    }

    List<SparseTable> get(List<Integer> several) {
        return several.stream().map(tables::get).toList();
    }

    /** How many there were, those that are added up among them: the number of the next. */
    int count() {
        return tables.size();
    }

    /** Puts a table into the place of others. */
    void replace(int[] added, SparseTable by) {
        for (int t : added) {
            open.remove((Integer) t);
            forget(tables.get(t));
        }
        open(by);
        forget(by);
    }

    private void forget(SparseTable table) {
        for (int node : table.scope()) {
            known[node] = UNKNOWN;
        }
    }

    /** All that are left. */
    List<Integer> all() {
        return List.copyOf(open);
    }

    /** Those over a node. */
    List<Integer> with(int node) {
        List<Integer> with = new ArrayList<>();
        for (int t : open) {
            if (tables.get(t).has(node)) {
                with.add(t);
            }
        }
        return with;
    }

    /** Some tables, and others over some nodes alone that tell which of their joint labels are allowed. */
    List<SparseTable> telling(List<Integer> first, BitSet nodes) {
        List<SparseTable> telling = new ArrayList<>(get(first));
        for (int t : open) {
            SparseTable table = tables.get(t);
            if (table.isSparse() && table.isWithin(nodes) && !first.contains(t)) {
                telling.add(table);
            }
        }
        return telling;
    }

    /** The first over two nodes, of which each decides about the other, and one of which is left. */
    Optional<SparseTable> matching(BitSet left) {
        for (int t : open) {
            SparseTable table = tables.get(t);
            if (table.isMatching() && table.nodes().intersects(left)) {
                return Optional.of(table);
            }
        }
        return Optional.empty();
    }

    /** Puts one of two nodes that decide about each other into the place of the other, which is left to their own tables. */
    int merged(SparseTable matching, BitSet left) {
        int node = left.get(matching.scope()[1]) ? matching.scope()[1] : matching.scope()[0];
        int other = matching.scope()[0] + matching.scope()[1] - node;
        int[] matched = matching.matched(block, node);
        for (int t : open) {
            SparseTable table = tables.get(t);
            if (table.has(node) && Arrays.stream(table.scope()).anyMatch(n -> n != node && n != other)) {
                forget(table);
                tables.set(t, table.with(block, node, other, matched));
                forget(tables.get(t));
            }
        }
        return node;
    }

    /** The node whose tables have few joint labels and bring few others together. */
    int next(BitSet left) {
        BitSet[] together = together();
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int node = left.nextSetBit(0); node >= 0; node = left.nextSetBit(node + 1)) {
            double rank = Math.log(rows(node)) * (1 + FILL * fill(node, together));
            if (rank < least) {
                best = node;
                least = rank;
            }
        }
        return best;
    }

    /** By node those that share a table with it. */
    private BitSet[] together() {
        BitSet[] together = new BitSet[block.nodes()];
        Arrays.setAll(together, node -> new BitSet());
        for (int t : open) {
            SparseTable table = tables.get(t);
            for (int node : table.scope()) {
                together[node].or(table.nodes());
            }
        }
        return together;
    }

    /** Pairs of nodes that a table would hold together for the first time, by the bits of their labels. */
    private double fill(int node, BitSet[] together) {
        BitSet around = (BitSet) together[node].clone();
        around.clear(node);
        double fill = 0;
        for (int u = around.nextSetBit(0); u >= 0; u = around.nextSetBit(u + 1)) {
            BitSet apart = (BitSet) around.clone();
            apart.andNot(together[u]);
            for (int v = apart.nextSetBit(u + 1); v >= 0; v = apart.nextSetBit(v + 1)) {
                fill += Math.log(block.labels(u)) * Math.log(block.labels(v));
            }
        }
        return fill;
    }

    /** How many joint labels the tables with a node have, were their other nodes independent for each of its labels. */
    double rows(int node) {
        if (known[node] == UNKNOWN) {
            known[node] = estimate(node);
        }
        return known[node];
    }

    private double estimate(int node) {
        double[] byLabel = new double[block.labels(node)];
        Arrays.fill(byLabel, 1);
        BitSet seen = new BitSet();
        seen.set(node);
        for (int t : with(node)) {
            SparseTable table = tables.get(t);
            double again = 1;
            for (int n : table.scope()) {
                again *= n != node && seen.get(n) ? block.labels(n) : 1;
            }
            seen.or(table.nodes());
            int[] counts = table.counts(table.position(node));
            for (int label = 0; label < byLabel.length; label++) {
                byLabel[label] *= counts[label] / again;
            }
        }
        return Arrays.stream(byLabel).sum();
    }
}
