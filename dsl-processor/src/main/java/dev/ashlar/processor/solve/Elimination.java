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

    /** Entries of all steps' tables times labels. */
    long additions() {
        long sum = 0;
        for (EliminationPlan.Step step : plan.steps()) {
            long size = plan.block().labels(step.node());
            for (int node : step.scope()) {
                size *= plan.block().labels(node);
            }
            sum += size;
        }
        return sum;
    }

    /** Entries and exits, ascending; not to be written. */
    int[] kept() {
        return plan.kept();
    }

    /** How many joint labels the kept nodes have. */
    int joints() {
        return result.length;
    }

    /** The number of the kept nodes' joint label. */
    int joint(int[] labels) {
        int entry = 0;
        for (int node : plan.kept()) {
            entry = entry * plan.block().labels(node) + labels[node];
        }
        return entry;
    }

    /**
     * The least sum with every label of every node; {@link FixedPoint#INFINITE} if there is none.
     *
     * @param outside added by joint label of the kept nodes
     */
    long[][] leastByLabel(long[] outside) {
        Block block = plan.block();
        long[][] byLabel = new long[block.nodes()][];
        for (int node = 0; node < byLabel.length; node++) {
            byLabel[node] = new long[block.labels(node)];
            Arrays.fill(byLabel[node], FixedPoint.INFINITE);
        }
        long[][] rest = new long[tables.length][];
        spread(plan.last(), outside, rest, byLabel);
        List<EliminationPlan.Step> steps = plan.steps();
        int first = tables.length - steps.size();
        for (int s = steps.size() - 1; s >= 0; s--) {
            spread(steps.get(s), rest[first + s], rest, byLabel);
        }
        return byLabel;
    }

    /** Takes what is added outside of a step to its node's labels and to the steps that it reads. */
    private void spread(EliminationPlan.Step step, long[] outside, long[][] rest, long[][] byLabel) {
        Block block = plan.block();
        int[] inputs = step.inputs();
        for (int input : inputs) {
            if (input >= tables.length - plan.steps().size()) {
                rest[input] = new long[tables[input].length];
                Arrays.fill(rest[input], FixedPoint.INFINITE);
            }
        }
        int labels = step.node() < 0 ? 1 : block.labels(step.node());
        int[] digits = new int[step.scope().length];
        int[] offsets = new int[inputs.length];
        for (long base : outside) {
            for (int label = 0; base < FixedPoint.INFINITE && label < labels; label++) {
                long sum = base;
                for (int i = 0; i < inputs.length; i++) {
                    int at = offsets[i] + label * step.strides()[i][step.scope().length];
                    sum = FixedPoint.add(sum, tables[inputs[i]][at]);
                }
                if (sum < FixedPoint.INFINITE) {
                    note(step, label, digits, offsets, sum, rest, byLabel);
                }
            }
            advance(block, step, digits, offsets);
        }
    }

    private void note(
            EliminationPlan.Step step,
            int label,
            int[] digits,
            int[] offsets,
            long sum,
            long[][] rest,
            long[][] byLabel) {
        for (int i = 0; i < offsets.length; i++) {
            int input = step.inputs()[i];
            if (input >= tables.length - plan.steps().size()) {
                int at = offsets[i] + label * step.strides()[i][step.scope().length];
                rest[input][at] = Math.min(rest[input][at], sum - tables[input][at]);
            }
        }
        if (step.node() >= 0) {
            byLabel[step.node()][label] = Math.min(byLabel[step.node()][label], sum);
            return;
        }
        for (int k = 0; k < digits.length; k++) {
            long[] own = byLabel[step.scope()[k]];
            own[digits[k]] = Math.min(own[digits[k]], sum);
        }
    }

    /** The least sum for boundary labels that are set in {@code labels}, by node. */
    long value(int[] labels) {
        return result[joint(labels)];
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
