package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.EliminationPlan.Step;
import java.util.Arrays;
import java.util.List;

/** The least priced sum of a block for every choice of its boundary labels, and the inner labels that attain it. */
final class Elimination {
    private final EliminationPlan plan;
    private final long[][] tables;
    private final int factors;
    private final long[] last;

    private Elimination(EliminationPlan plan, long[][] tables, int factors, long[] last) {
        this.plan = plan;
        this.tables = tables;
        this.factors = factors;
        this.last = last;
    }

    /**
     * @param priced by factor, then entry
     */
    static Elimination run(EliminationPlan plan, long[][] priced) {
        List<Step> steps = plan.steps();
        long[][] tables = Arrays.copyOf(priced, priced.length + steps.size());
        for (int s = 0; s < steps.size(); s++) {
            tables[priced.length + s] = StepSums.least(steps.get(s), tables);
        }
        return new Elimination(plan, tables, priced.length, StepSums.least(plan.last(), tables));
    }

    private static long least(long[] sums) {
        long least = FixedPoint.INFINITE;
        for (long sum : sums) {
            least = Math.min(least, sum);
        }
        return least;
    }

    private long sum(Step step, int row) {
        long sum = 0;
        for (int i = 0; i < step.inputs().length; i++) {
            sum = FixedPoint.add(sum, tables[step.inputs()[i]][step.at()[i][row]]);
        }
        return sum;
    }

    /** Rows of tables that are added up. */
    long additions() {
        long sum = plan.last().rows();
        for (Step step : plan.steps()) {
            sum += step.isElimination() ? step.rows() : 0;
        }
        return sum;
    }

    /** By place of the kept nodes' joint label; not to be written. */
    long[] values() {
        return last;
    }

    /**
     * The least sum with every label of every node; {@link FixedPoint#INFINITE} if there is none.
     *
     * @param outside added by place of the kept nodes' joint label
     */
    long[][] leastByLabel(long[] outside) {
        Block block = plan.block();
        long[][] byLabel = new long[block.nodes()][];
        for (int node = 0; node < byLabel.length; node++) {
            byLabel[node] = new long[block.labels(node)];
            Arrays.fill(byLabel[node], FixedPoint.INFINITE);
        }
        long[][] rest = rest(outside);
        for (int s = 0; s < plan.steps().size(); s++) {
            if (plan.steps().get(s).isElimination()) {
                note(plan.steps().get(s), rest[factors + s], byLabel);
            }
        }
        int[] labels = new int[block.nodes()];
        for (int e = 0; e < last.length; e++) {
            long sum = FixedPoint.add(last[e], outside[e]);
            plan.joints().write(e, labels);
            for (int node : plan.joints().nodes()) {
                byLabel[node][labels[node]] = Math.min(byLabel[node][labels[node]], sum);
            }
        }
        return byLabel;
    }

    private void note(Step step, long[] rest, long[][] byLabel) {
        long[] own = byLabel[step.node()];
        for (int e = 0; e < rest.length; e++) {
            for (int row = step.starts()[e]; rest[e] < FixedPoint.INFINITE && row < step.starts()[e + 1]; row++) {
                int label = step.labels()[row];
                own[label] = Math.min(own[label], FixedPoint.add(rest[e], sum(step, row)));
            }
        }
    }

    /**
     * What all else adds at least to an entry of a step's table; {@link FixedPoint#INFINITE} for entries without a sum.
     *
     * @param outside added by place of the kept nodes' joint label
     * @return by table, then place of an entry; those of factors are missing
     */
    long[][] rest(long[] outside) {
        long[][] rest = new long[tables.length][];
        spread(plan.last(), outside, rest);
        for (int s = plan.steps().size() - 1; s >= 0; s--) {
            spread(plan.steps().get(s), rest[factors + s], rest);
        }
        return rest;
    }

    /** Takes what is added outside of a step to the steps that it reads. */
    private void spread(Step step, long[] outside, long[][] rest) {
        int[] inputs = step.inputs();
        boolean any = false;
        for (int input : inputs) {
            if (input >= factors) {
                rest[input] = new long[tables[input].length];
                Arrays.fill(rest[input], FixedPoint.INFINITE);
                any = true;
            }
        }
        for (int e = 0; any && e < outside.length; e++) {
            for (int row = step.starts()[e]; outside[e] < FixedPoint.INFINITE && row < step.starts()[e + 1]; row++) {
                long sum = FixedPoint.add(outside[e], sum(step, row));
                for (int i = 0; i < inputs.length && sum < FixedPoint.INFINITE; i++) {
                    if (inputs[i] >= factors) {
                        int at = step.at()[i][row];
                        rest[inputs[i]][at] = Math.min(rest[inputs[i]][at], sum - tables[inputs[i]][at]);
                    }
                }
            }
        }
    }

    /** Sets the inner labels that attain the least sum for the boundary labels that are set, by node; the first among equals. */
    void complete(int[] labels) {
        int[] entries = new int[plan.steps().size()];
        follow(plan.last(), plan.last().starts()[plan.joints().place(labels)], entries);
        for (int s = entries.length - 1; s >= 0; s--) {
            Step step = plan.steps().get(s);
            int best = step.starts()[entries[s]];
            long least = sum(step, best);
            for (int row = best + 1; row < step.starts()[entries[s] + 1]; row++) {
                long sum = sum(step, row);
                if (sum < least) {
                    least = sum;
                    best = row;
                }
            }
            if (step.isElimination()) {
                labels[step.node()] = step.labels()[best];
            }
            follow(step, best, entries);
        }
    }

    /** Notes which entries of earlier steps a row is made of. */
    private void follow(Step step, int row, int[] entries) {
        for (int i = 0; i < step.inputs().length; i++) {
            if (step.inputs()[i] >= factors) {
                entries[step.inputs()[i] - factors] = step.at()[i][row];
            }
        }
    }

    /**
     * Visits labellings between the boundary labels that are set, with sums of at most the least and some more. Every choice of a
     * label adds what it is above the best one's sum, so that no partial labelling leads nowhere.
     *
     * @param labels by node; written while it runs
     * @param more above the least
     * @return whether all were visited
     */
    boolean near(int[] labels, long more, Visitor visitor) {
        int entry = plan.joints().place(labels);
        if (entry < 0) {
            return true;
        }
        int[] entries = new int[plan.steps().size()];
        follow(plan.last(), plan.last().starts()[entry], entries);
        return near(entries.length - 1, labels, entries, more, visitor);
    }

    /** Is told of labellings. */
    interface Visitor {
        /**
         * A labelling.
         *
         * @param labels by node; not to be kept
         * @param less by how much its sum is below the highest that is visited
         * @return false to stop
         */
        boolean visit(int[] labels, long less);
    }

    private boolean near(int s, int[] labels, int[] entries, long more, Visitor visitor) {
        if (s < 0) {
            return visitor.visit(labels, more);
        }
        Step step = plan.steps().get(s);
        int from = step.starts()[entries[s]];
        if (!step.isElimination()) {
            follow(step, from, entries);
            return near(s - 1, labels, entries, more, visitor);
        }
        long[] sums = StepSums.of(step, tables, from, step.starts()[entries[s] + 1]);
        long least = least(sums);
        for (int k = 0; k < sums.length; k++) {
            long above = sums[k] - least;
            if (above <= more && sums[k] < FixedPoint.INFINITE) {
                labels[step.node()] = step.labels()[from + k];
                follow(step, from + k, entries);
                if (!near(s - 1, labels, entries, more - above, visitor)) {
                    return false;
                }
            }
        }
        return true;
    }
}
