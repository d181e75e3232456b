package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;

/**
 * The nodes by whose labels the checker looks up a table. A node whose label another one decides may have that one in its place.
 *
 * @param nodes ascending
 * @param entries of the table by joint label that is counted; -1 where the nodes' labels fit to none
 */
record CheckedScope(int[] nodes, int[] entries) {
    /**
     * The scopes of all tables of a block. Where a table allows at most one label of an inner node for every label of one other, all other
     * tables speak of that other node.
     *
     * @param inner nodes that no other block shares
     */
    static List<CheckedScope> of(Block block, CheckedLabels labels, BitSet inner) {
        List<CheckedScope> scopes = new ArrayList<>();
        block.factors().forEach(f -> scopes.add(new CheckedScope(f.scope(), labels.entries(block, f))));
        BitSet left = (BitSet) inner.clone();
        boolean found = true;
        while (found) {
            found = false;
            for (int f = 0; f < scopes.size() && !found; f++) {
                int[] nodes = scopes.get(f).nodes();
                for (int k = 0; k < nodes.length && nodes.length == 2 && !found; k++) {
                    int[] decided = left.get(nodes[k])
                            ? scopes.get(f).decided(block.factors().get(f), labels.cards(), k)
                            : new int[0];
                    if (decided.length > 0) {
                        found = true;
                        left.clear(nodes[k]);
                        replace(scopes, f, nodes[k], nodes[1 - k], decided, labels.cards());
                    }
                }
            }
        }
        return scopes;
    }

    private static void replace(
            List<CheckedScope> scopes, int deciding, int node, int other, int[] decided, int[] cards) {
        for (int f = 0; f < scopes.size(); f++) {
            if (f != deciding && Arrays.binarySearch(scopes.get(f).nodes(), node) >= 0) {
                scopes.set(f, scopes.get(f).with(node, other, decided, cards));
            }
        }
    }

    /** Of two nodes the place of the one's label by the place of the other's, -1 where there is none; empty if it is not decided. */
    private int[] decided(Factor factor, int[] cards, int position) {
        int last = cards[nodes[1]];
        int[] decided = new int[cards[nodes[1 - position]]];
        Arrays.fill(decided, -1);
        for (int key = 0; key < entries.length; key++) {
            if (entries[key] >= 0 && !factor.forbidden(entries[key])) {
                int[] places = {key / last, key % last};
                if (decided[places[1 - position]] >= 0) {
                    return new int[0];
                }
                decided[places[1 - position]] = places[position];
            }
        }
        return decided;
    }

    private CheckedScope with(int node, int other, int[] decided, int[] cards) {
        TreeSet<Integer> left = new TreeSet<>();
        Arrays.stream(nodes).filter(n -> n != node).forEach(left::add);
        left.add(other);
        int[] fewer = left.stream().mapToInt(Integer::intValue).toArray();
        int[] own = new int[CheckedTable.size(cards, fewer)];
        int[] from = {0};
        for (int n : fewer) {
            int stride = stride(n, cards);
            int[] more = new int[cards[n]];
            Arrays.setAll(more, place -> stride * place);
            if (n == other) {
                int instead = stride(node, cards);
                Arrays.setAll(more, place -> decided[place] < 0 ? -1 : more[place] + instead * decided[place]);
            }
            from = crossed(from, more);
        }
        int[] all = from;
        Arrays.setAll(own, key -> all[key] < 0 ? -1 : entries[all[key]]);
        return new CheckedScope(fewer, own);
    }

    /** How far apart joint labels are that differ by one place of a node; 0 of one that is not there. */
    private int stride(int node, int[] cards) {
        int stride = Arrays.binarySearch(nodes, node) < 0 ? 0 : 1;
        for (int k = nodes.length - 1; stride > 0 && nodes[k] != node; k--) {
            stride *= cards[nodes[k]];
        }
        return stride;
    }

    /** All sums of one number and another, of which the latter is fastest; -1 where one is missing. */
    private static int[] crossed(int[] some, int[] others) {
        int[] sums = new int[some.length * others.length];
        for (int e = 0; e < sums.length; e++) {
            int one = some[e / others.length];
            int other = others[e % others.length];
            sums[e] = one < 0 || other < 0 ? -1 : one + other;
        }
        return sums;
    }
}
