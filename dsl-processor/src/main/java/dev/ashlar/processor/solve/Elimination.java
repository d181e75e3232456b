package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.List;

/** The least priced sum of a block for every choice of its boundary labels, and the inner labels that attain it. */
final class Elimination {
    private final EliminationPlan plan;
    private final long[][] tables;
    private final long[] result;

    private Elimination(EliminationPlan plan, long[][] tables, long[] result) {
        this.plan = plan;
        this.tables = tables;
        this.result = result;
    }

    /**
     * @param priced by factor, then entry
     */
    static Elimination run(EliminationPlan plan, long[][] priced) {
        List<EliminationPlan.Step> steps = plan.steps();
        long[][] tables = Arrays.copyOf(priced, priced.length + steps.size());
        for (int s = 0; s < steps.size(); s++) {
            tables[priced.length + s] = eliminate(plan.block(), steps.get(s), tables);
        }
        return new Elimination(plan, tables, eliminate(plan.block(), plan.last(), tables));
    }

    /** The table of one step. */
    static long[] eliminate(Block block, EliminationPlan.Step step, long[][] tables) {
        int[] scope = step.scope();
        int size = 1;
        for (int node : scope) {
            size *= block.labels(node);
        }
        int labels = step.node() < 0 ? 1 : block.labels(step.node());
        long[] result = new long[size];
        long[] sums = new long[labels];
        int[] digits = new int[scope.length];
        int[] offsets = new int[step.inputs().length];
        for (int entry = 0; entry < size; entry++) {
            result[entry] = least(step, tables, offsets, sums);
            advance(block, step, digits, offsets);
        }
        return result;
    }

    private static long least(EliminationPlan.Step step, long[][] tables, int[] offsets, long[] sums) {
        Arrays.fill(sums, 0);
        for (int i = 0; i < offsets.length; i++) {
            long[] table = tables[step.inputs()[i]];
            int stride = step.strides()[i][step.scope().length];
            int at = offsets[i];
            for (int label = 0; label < sums.length; label++, at += stride) {
                sums[label] = FixedPoint.add(sums[label], table[at]);
            }
        }
        long least = FixedPoint.INFINITE;
        for (long sum : sums) {
            least = Math.min(least, sum);
        }
        return least;
    }

    private static void advance(Block block, EliminationPlan.Step step, int[] digits, int[] offsets) {
        for (int k = digits.length - 1; k >= 0; k--) {
            boolean carry = ++digits[k] == block.labels(step.scope()[k]);
            for (int i = 0; i < offsets.length; i++) {
                int stride = step.strides()[i][k];
                offsets[i] += carry ? -stride * (digits[k] - 1) : stride;
            }
            if (!carry) {
                return;
            }
            digits[k] = 0;
        }
    }

    /** The least sum for boundary labels that are set in {@code labels}, by node. */
    long value(int[] labels) {
        int entry = 0;
        for (int node : plan.kept()) {
            entry = entry * plan.block().labels(node) + labels[node];
        }
        return result[entry];
    }

    /** Sets the inner labels that attain {@link #value}; the first among equals. */
    void complete(int[] labels) {
        List<EliminationPlan.Step> steps = plan.steps();
        for (int s = steps.size() - 1; s >= 0; s--) {
            EliminationPlan.Step step = steps.get(s);
            long least = Long.MAX_VALUE;
            int best = 0;
            for (int label = 0; label < plan.block().labels(step.node()); label++) {
                long sum = sum(step, labels, label);
                if (sum < least) {
                    least = sum;
                    best = label;
                }
            }
            labels[step.node()] = best;
        }
    }

    private long sum(EliminationPlan.Step step, int[] labels, int label) {
        long sum = 0;
        for (int i = 0; i < step.inputs().length; i++) {
            int at = label * step.strides()[i][step.scope().length];
            for (int k = 0; k < step.scope().length; k++) {
                at += labels[step.scope()[k]] * step.strides()[i][k];
            }
            sum = FixedPoint.add(sum, tables[step.inputs()[i]][at]);
        }
        return sum;
    }
}
