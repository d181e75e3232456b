package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Goes through the joint labels of some tables node by node, and leaves out what follows where a table forbids all that begins with the labels
 * so far. Nodes of the tables that forbid the most come first. What the tables come to does not matter, only what they forbid.
 */
final class CheckedSweep {
    /** Joint labels that are visited together. */
    static final int CHUNK = 1 << 12;

    private final int[] order;
    private final int[] cards;
    private final Depth[] depths;
    private final List<CheckedSupport> inputs;
    private final int[] target;
    private final Visitor visitor;
    /** By table where the labels so far are in it; the target behind the inputs. */
    private final int[] at;
    /** The same of joint labels that are not visited yet. */
    private final int[][] found;

    private int count;

    /**
     * What the label of one node decides.
     *
     * @param touched tables that have the node, the targets too
     * @param strides of the node in them
     * @param ended tables without later nodes
     * @param allowed by those
     * @param begun tables with later nodes
     * @param open of those, where some later labels are allowed, at the entry in which these are 0
     */
    private record Depth(int[] touched, int[] strides, int[] ended, BitSet[] allowed, int[] begun, BitSet[] open) {}

    interface Visitor {
        /**
         * Some joint labels.
         *
         * @param at by input, then the target, then joint label: its place in that table; not to be kept
         * @param count of joint labels
         */
        void visit(int[][] at, int count);
    }

    private CheckedSweep(int[] order, int[] cards, List<CheckedSupport> inputs, int[] target, Visitor visitor) {
        this.order = order;
        this.cards = cards;
        this.inputs = inputs;
        this.target = target;
        this.visitor = visitor;
        at = new int[inputs.size() + 1];
        found = new int[at.length][CHUNK];
        List<List<BitSet>> open = inputs.stream().map(this::open).toList();
        depths = new Depth[order.length];
        for (int d = 0; d < order.length; d++) {
            depths[d] = depth(d, open);
        }
    }

    private Depth depth(int d, List<List<BitSet>> open) {
        int node = order[d];
        List<Integer> touched = new ArrayList<>();
        List<Integer> ended = new ArrayList<>();
        List<Integer> begun = new ArrayList<>();
        List<BitSet> begunOpen = new ArrayList<>();
        for (int t = 0; t < inputs.size(); t++) {
            CheckedSupport input = inputs.get(t);
            if (input.has(node)) {
                touched.add(t);
                List<Integer> own = places(input);
                int place = own.indexOf(d);
                if (place == own.size() - 1) {
                    ended.add(t);
                } else if (!open.get(t).isEmpty()) {
                    begun.add(t);
                    begunOpen.add(open.get(t).get(place));
                }
            }
        }
        if (Arrays.binarySearch(target, node) >= 0) {
            touched.add(inputs.size());
        }
        int[] strides = touched.stream()
                .mapToInt(t -> stride(t < inputs.size() ? inputs.get(t).scope() : target, node))
                .toArray();
        BitSet[] allowed = ended.stream().map(t -> inputs.get(t).allowed()).toArray(BitSet[]::new);
        return new Depth(ints(touched), strides, ints(ended), allowed, ints(begun), begunOpen.toArray(BitSet[]::new));
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The depths of a table's nodes, ascending. */
    private List<Integer> places(CheckedSupport table) {
        List<Integer> places = new ArrayList<>();
        for (int d = 0; d < order.length; d++) {
            if (table.has(order[d])) {
                places.add(d);
            }
        }
        return places;
    }

    /** By node of a table but the last, in this order, which labels up to it begin one that is allowed; empty where all do. */
    private List<BitSet> open(CheckedSupport table) {
        List<BitSet> open = new ArrayList<>();
        List<Integer> places = places(table);
        if (places.size() < 2 || table.isAll()) {
            return open;
        }
        BitSet longer = table.allowed();
        for (int k = places.size() - 1; k > 0; k--) {
            int node = order[places.get(k)];
            int stride = stride(table.scope(), node);
            BitSet shorter = new BitSet(table.size());
            for (int e = longer.nextSetBit(0); e >= 0; e = longer.nextSetBit(e + 1)) {
                shorter.set(e - e / stride % cards[node] * stride);
            }
            open.add(0, shorter);
            longer = shorter;
        }
        return open;
    }

    /** How far apart entries are whose labels of a node of the scope differ by one. */
    private int stride(int[] scope, int node) {
        int stride = 1;
        for (int k = scope.length - 1; scope[k] != node; k--) {
            stride *= cards[scope[k]];
        }
        return stride;
    }

    /**
     * Visits all joint labels that no table forbids.
     *
     * @param cards labels by node
     * @param target nodes of the inputs, ascending
     */
    static void visit(int[] cards, List<CheckedSupport> inputs, int[] target, Visitor visitor) {
        boolean allowed = true;
        for (CheckedSupport input : inputs) {
            allowed &= input.scope().length > 0 || input.allowed().get(0);
        }
        CheckedSweep sweep = new CheckedSweep(order(inputs), cards, inputs, target, visitor);
        if (allowed && sweep.order.length == 0) {
            sweep.note();
        } else if (allowed) {
            sweep.descend(0);
        }
        visitor.visit(sweep.found, sweep.count);
    }

    private static int[] order(List<CheckedSupport> inputs) {
        Set<Integer> order = new LinkedHashSet<>();
        inputs.stream()
                .sorted(Comparator.comparingDouble(CheckedSupport::share))
                .forEach(t -> Arrays.stream(t.scope()).forEach(order::add));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private void descend(int depth) {
        Depth here = depths[depth];
        int[] touched = here.touched;
        int labels = cards[order[depth]];
        boolean last = depth + 1 == order.length;
        for (int label = 0; label < labels; label++) {
            if (isOpen(here)) {
                if (last) {
                    note();
                } else {
                    descend(depth + 1);
                }
            }
            for (int k = 0; k < touched.length; k++) {
                at[touched[k]] += here.strides[k];
            }
        }
        for (int k = 0; k < touched.length; k++) {
            at[touched[k]] -= here.strides[k] * labels;
        }
    }

    private boolean isOpen(Depth here) {
        for (int k = 0; k < here.ended.length; k++) {
            if (!here.allowed[k].get(at[here.ended[k]])) {
                return false;
            }
        }
        for (int k = 0; k < here.begun.length; k++) {
            if (!here.open[k].get(at[here.begun[k]])) {
                return false;
            }
        }
        return true;
    }

    private void note() {
        if (count == CHUNK) {
            visitor.visit(found, count);
            count = 0;
        }
        for (int t = 0; t < at.length; t++) {
            found[t][count] = at[t];
        }
        count++;
    }
}
