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
 * so far. Nodes of the tables that forbid the most come first.
 */
final class CheckedSweep {
    private final int[] order;
    private final int[] cards;
    private final Depth[] depths;
    /** By table where the labels so far are in it; the last is the target. */
    private final int[] at;

    private final long[] result;

    /**
     * What the label of one node decides.
     *
     * @param touched tables that have the node, the target too
     * @param strides of the node in them
     * @param ended tables without later nodes
     * @param values of those
     * @param begun tables with later nodes
     * @param open of those, where some later labels are allowed, at the entry in which these are 0
     */
    private record Depth(int[] touched, int[] strides, int[] ended, long[][] values, int[] begun, BitSet[] open) {}

    private CheckedSweep(int[] order, int[] cards, List<CheckedTable> inputs, CheckedTable target) {
        this.order = order;
        this.cards = cards;
        result = target.values();
        at = new int[inputs.size() + 1];
        List<List<BitSet>> open = inputs.stream().map(this::open).toList();
        depths = new Depth[order.length];
        for (int d = 0; d < order.length; d++) {
            depths[d] = depth(d, inputs, target, open);
        }
    }

    private Depth depth(int d, List<CheckedTable> inputs, CheckedTable target, List<List<BitSet>> open) {
        int node = order[d];
        List<Integer> touched = new ArrayList<>();
        List<Integer> ended = new ArrayList<>();
        List<Integer> begun = new ArrayList<>();
        List<BitSet> begunOpen = new ArrayList<>();
        for (int t = 0; t < inputs.size(); t++) {
            CheckedTable input = inputs.get(t);
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
        int[] tables = ints(touched);
        int[] strides = Arrays.stream(tables)
                .map(t -> stride(inputs.get(t).scope(), node))
                .toArray();
        if (target.has(node)) {
            tables = Arrays.copyOf(tables, tables.length + 1);
            strides = Arrays.copyOf(strides, tables.length);
            tables[tables.length - 1] = inputs.size();
            strides[tables.length - 1] = stride(target.scope(), node);
        }
        long[][] values = ended.stream().map(t -> inputs.get(t).values()).toArray(long[][]::new);
        return new Depth(tables, strides, ints(ended), values, ints(begun), begunOpen.toArray(BitSet[]::new));
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The depths of a table's nodes, ascending. */
    private List<Integer> places(CheckedTable table) {
        List<Integer> places = new ArrayList<>();
        for (int d = 0; d < order.length; d++) {
            if (table.has(order[d])) {
                places.add(d);
            }
        }
        return places;
    }

    /** By node of a table but the last, in this order, which labels up to it begin one that is allowed; empty where all do. */
    private List<BitSet> open(CheckedTable table) {
        List<BitSet> open = new ArrayList<>();
        List<Integer> places = places(table);
        if (places.size() < 2 || table.allowedShare() == 1) {
            return open;
        }
        BitSet longer = new BitSet(table.values().length);
        for (int entry = 0; entry < table.values().length; entry++) {
            longer.set(entry, table.values()[entry] < CheckedTable.FORBIDDEN);
        }
        for (int k = places.size() - 1; k > 0; k--) {
            int node = order[places.get(k)];
            int stride = stride(table.scope(), node);
            BitSet shorter = new BitSet(table.values().length);
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

    /** Lowers the target to the least sums of the inputs, all of whose nodes the inputs have. */
    static void lower(int[] cards, List<CheckedTable> inputs, CheckedTable target) {
        long constant = 0;
        for (CheckedTable input : inputs) {
            constant = input.scope().length == 0 ? CheckedTable.add(constant, input.values()[0]) : constant;
        }
        new CheckedSweep(order(inputs), cards, inputs, target).descend(0, constant);
    }

    private static int[] order(List<CheckedTable> inputs) {
        Set<Integer> order = new LinkedHashSet<>();
        inputs.stream()
                .sorted(Comparator.comparingDouble(CheckedTable::allowedShare))
                .forEach(t -> Arrays.stream(t.scope()).forEach(order::add));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private void descend(int depth, long sum) {
        if (depth == order.length) {
            int target = at[at.length - 1];
            result[target] = Math.min(result[target], sum);
            return;
        }
        Depth here = depths[depth];
        int[] touched = here.touched;
        int labels = cards[order[depth]];
        for (int label = 0; label < labels; label++) {
            long more = sum;
            for (int k = 0; k < here.ended.length; k++) {
                more = CheckedTable.add(more, here.values[k][at[here.ended[k]]]);
            }
            if (more < CheckedTable.FORBIDDEN && isOpen(here)) {
                descend(depth + 1, more);
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
        for (int k = 0; k < here.begun.length; k++) {
            if (!here.open[k].get(at[here.begun[k]])) {
                return false;
            }
        }
        return true;
    }
}
