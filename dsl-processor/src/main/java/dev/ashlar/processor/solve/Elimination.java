package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

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
        long[] result = new long[size];
        Arrays.fill(result, FixedPoint.INFINITE);
        int row = scope.length == 0 ? 1 : block.labels(scope[scope.length - 1]);
        int labels = step.node() < 0 ? 1 : block.labels(step.node());
        int[] digits = new int[scope.length];
        int[] offsets = new int[step.inputs().length];
        long[] sums = new long[row];
        for (int from = 0; from < size; from += row) {
            for (int label = 0; label < labels; label++) {
                lower(step, tables, offsets, label, sums, result, from);
            }
            advance(block, step, digits, offsets, scope.length - 2);
        }
        return result;
    }

    /** Lowers one row of the result, along the last node of the scope, to the sums with a label. */
    private static void lower(
            EliminationPlan.Step step,
            long[][] tables,
            int[] offsets,
            int label,
            long[] sums,
            long[] result,
            int from) {
        int last = step.scope().length - 1;
        long constant = 0;
        int varying = 0;
        for (int i = 0; i < offsets.length; i++) {
            if (last < 0 || step.strides()[i][last] == 0) {
                int at = offsets[i] + label * step.strides()[i][last + 1];
                constant = FixedPoint.add(constant, tables[step.inputs()[i]][at]);
            } else {
                varying++;
            }
        }
        if (constant >= FixedPoint.INFINITE) {
            return;
        }
        if (varying != 1) {
            Arrays.fill(sums, constant);
        }
        for (int i = 0; i < offsets.length; i++) {
            int stride = last < 0 ? 0 : step.strides()[i][last];
            if (stride == 0) {
                continue;
            }
            long[] table = tables[step.inputs()[i]];
            int at = offsets[i] + label * step.strides()[i][last + 1];
            if (varying == 1) {
                for (int k = 0; k < sums.length; k++, at += stride) {
                    result[from + k] = Math.min(result[from + k], constant + table[at]);
                }
                return;
            }
            for (int k = 0; k < sums.length; k++, at += stride) {
                sums[k] = Math.min(sums[k] + table[at], FixedPoint.INFINITE);
            }
        }
        for (int k = 0; k < sums.length; k++) {
            result[from + k] = Math.min(result[from + k], sums[k]);
        }
    }

    private static void advance(Block block, EliminationPlan.Step step, int[] digits, int[] offsets, int from) {
        for (int k = from; k >= 0; k--) {
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
        spread(outside, byLabel);
        return byLabel;
    }

    /**
     * What all else adds at least to an entry of a step's table; {@link FixedPoint#INFINITE} for entries without a sum.
     *
     * @param outside added by joint label of the kept nodes
     * @return by table; those of factors are missing
     */
    long[][] rest(long[] outside) {
        long[][] unused = new long[plan.block().nodes()][];
        Arrays.setAll(unused, node -> new long[plan.block().labels(node)]);
        return spread(outside, unused);
    }

    private long[][] spread(long[] outside, long[][] byLabel) {
        long[][] rest = new long[tables.length][];
        spread(plan.last(), outside, rest, byLabel);
        List<EliminationPlan.Step> steps = plan.steps();
        int first = tables.length - steps.size();
        for (int s = steps.size() - 1; s >= 0; s--) {
            spread(steps.get(s), rest[first + s], rest, byLabel);
        }
        return rest;
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
            advance(block, step, digits, offsets, digits.length - 1);
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

    /**
     * Visits labellings between the boundary labels that are set, with sums of at most {@link #value} and some more. Every choice of a
     * label adds what it is above the best one's sum, so that no partial labelling leads nowhere.
     *
     * @param labels by node; written while it runs
     * @param more above the least
     * @param visitor false to stop
     * @return whether all were visited
     */
    boolean near(int[] labels, long more, Predicate<int[]> visitor) {
        return near(plan.steps().size() - 1, labels, more, visitor);
    }

    private boolean near(int s, int[] labels, long more, Predicate<int[]> visitor) {
        if (s < 0) {
            return visitor.test(labels);
        }
        EliminationPlan.Step step = plan.steps().get(s);
        long least = Long.MAX_VALUE;
        long[] sums = new long[plan.block().labels(step.node())];
        for (int label = 0; label < sums.length; label++) {
            sums[label] = sum(step, labels, label);
            least = Math.min(least, sums[label]);
        }
        for (int label = 0; label < sums.length; label++) {
            if (sums[label] - least <= more && sums[label] < FixedPoint.INFINITE) {
                labels[step.node()] = label;
                if (!near(s - 1, labels, more - (sums[label] - least), visitor)) {
                    return false;
                }
            }
        }
        return true;
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
