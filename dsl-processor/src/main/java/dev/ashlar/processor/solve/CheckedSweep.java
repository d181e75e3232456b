package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Goes through the joint labels of some tables node by node, and leaves out what follows where the tables whose nodes all have labels
 * already forbid it. Nodes of the tables that forbid the most come first.
 */
final class CheckedSweep {
    private final int[] order;
    private final int[] cards;
    private final long[][] values;
    /** By depth, then table that has the node; the last is the target. */
    private final int[][] touched;

    private final int[][] strides;
    /** By depth, tables of which all nodes have labels then. */
    private final int[][] complete;

    private final int[] at;
    private final long[] result;

    private CheckedSweep(int[] order, int[] cards, List<CheckedTable> inputs, CheckedTable target) {
        this.order = order;
        this.cards = cards;
        values = inputs.stream().map(CheckedTable::values).toArray(long[][]::new);
        result = target.values();
        at = new int[inputs.size() + 1];
        List<int[]> scopes = new ArrayList<>();
        inputs.forEach(t -> scopes.add(t.scope()));
        scopes.add(target.scope());
        strides = new int[order.length][at.length];
        touched = new int[order.length][];
        complete = new int[order.length][];
        int[] depths = new int[at.length];
        for (int d = 0; d < order.length; d++) {
            int node = order[d];
            List<Integer> having = new ArrayList<>();
            for (int t = 0; t < at.length; t++) {
                int stride = stride(scopes.get(t), node);
                if (stride > 0) {
                    strides[d][t] = stride;
                    depths[t] = d;
                    having.add(t);
                }
            }
            touched[d] = having.stream().mapToInt(Integer::intValue).toArray();
        }
        for (int d = 0; d < order.length; d++) {
            int depth = d;
            complete[d] = Arrays.stream(touched[d])
                    .filter(t -> t < values.length && depths[t] == depth)
                    .toArray();
        }
    }

    /** 0 if the node is not in the scope. */
    private int stride(int[] scope, int node) {
        int stride = 1;
        for (int k = scope.length - 1; k >= 0; k--) {
            if (scope[k] == node) {
                return stride;
            }
            stride *= cards[scope[k]];
        }
        return 0;
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
        int target = values.length;
        if (depth == order.length) {
            result[at[target]] = Math.min(result[at[target]], sum);
            return;
        }
        int labels = cards[order[depth]];
        int[] ready = complete[depth];
        int[] moving = touched[depth];
        int[] steps = strides[depth];
        for (int label = 0; label < labels; label++) {
            long more = sum;
            for (int t : ready) {
                more = CheckedTable.add(more, values[t][at[t]]);
            }
            if (more < CheckedTable.FORBIDDEN) {
                descend(depth + 1, more);
            }
            for (int t : moving) {
                at[t] += steps[t];
            }
        }
        for (int t : moving) {
            at[t] -= steps[t] * labels;
        }
    }
}
