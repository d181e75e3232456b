package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.EliminationPlan.Step;
import java.util.Arrays;
import java.util.List;

/** The least priced sum of a block for every choice of its boundary labels, and the inner labels that attain it. */
final class Elimination {
    /** Rows whose sums are held at a time. */
    private static final int CHUNK = 1 << 11;

    private final EliminationPlan plan;
    private final long[][] tables;
    private final int factors;
    private final long[] last;
    private final int joints;

    private Elimination(EliminationPlan plan, long[][] tables, int factors, long[] last) {
        this.plan = plan;
        this.tables = tables;
        this.factors = factors;
        this.last = last;
        joints = Arrays.stream(plan.kept()).map(plan.block()::labels).reduce(1, Math::multiplyExact);
    }

    /**
     * @param priced by factor, then entry
     */
    static Elimination run(EliminationPlan plan, long[][] priced) {
        List<Step> steps = plan.steps();
        long[][] tables = Arrays.copyOf(priced, priced.length + steps.size());
        for (int s = 0; s < steps.size(); s++) {
            tables[priced.length + s] = eliminate(steps.get(s), tables);
        }
        return new Elimination(plan, tables, priced.length, eliminate(plan.last(), tables));
    }

    /** The table of one step, by place of an entry. */
    private static long[] eliminate(Step step, long[][] tables) {
        int[] inputs = step.inputs();
        int[][] at = step.at();
        long[] result = new long[step.entries()];
        // Most steps have two or three inputs: without sums of their own they are gone through once.
        if (!step.isElimination() && result.length == step.rows()) {
            add(step, tables, 0, result.length, result);
        } else if (inputs.length == 2) {
            least(step.starts(), tables[inputs[0]], at[0], tables[inputs[1]], at[1], result);
        } else if (inputs.length == 3) {
            long[] third = tables[inputs[2]];
            least(step.starts(), tables[inputs[0]], at[0], tables[inputs[1]], at[1], third, at[2], result);
        } else {
            least(step, tables, result);
        }
        return result;
    }

    private static void least(int[] starts, long[] first, int[] at, long[] second, int[] at2, long[] result) {
        for (int e = 0; e < result.length; e++) {
            long least = FixedPoint.INFINITE;
            for (int row = starts[e]; row < starts[e + 1]; row++) {
                least = Math.min(least, first[at[row]] + second[at2[row]]);
            }
            result[e] = least;
        }
    }

    private static void least(
            int[] starts, long[] first, int[] at, long[] second, int[] at2, long[] third, int[] at3, long[] result) {
        for (int e = 0; e < result.length; e++) {
            long least = FixedPoint.INFINITE;
            for (int row = starts[e]; row < starts[e + 1]; row++) {
                long sum = Math.min(first[at[row]] + second[at2[row]], FixedPoint.INFINITE);
                least = Math.min(least, sum + third[at3[row]]);
            }
            result[e] = least;
        }
    }

    /** Some entries at a time, so that their sums stay near. */
    private static void least(Step step, long[][] tables, long[] result) {
        int[] starts = step.starts();
        long[] sums = new long[CHUNK];
        int from = 0;
        while (from < result.length) {
            int to = from + 1;
            while (to < result.length && starts[to + 1] - starts[from] <= CHUNK) {
                to++;
            }
            int rows = starts[to] - starts[from];
            sums = rows <= sums.length ? sums : new long[rows];
            Arrays.fill(sums, 0, rows, 0);
            add(step, tables, starts[from], rows, sums);
            least(starts, from, to, sums, result);
            from = to;
        }
    }

    /** Adds some rows of all inputs, two at a time. */
    private static void add(Step step, long[][] tables, int from, int rows, long[] sums) {
        int[] inputs = step.inputs();
        int i = 0;
        for (; i + 1 < inputs.length; i += 2) {
            add(tables[inputs[i]], step.at()[i], tables[inputs[i + 1]], step.at()[i + 1], from, rows, sums);
        }
        if (i < inputs.length) {
            add(tables[inputs[i]], step.at()[i], from, rows, sums);
        }
    }

    private static void add(long[] table, int[] at, long[] other, int[] at2, int from, int rows, long[] sums) {
        for (int row = 0; row < rows; row++) {
            long sum = Math.min(sums[row] + table[at[from + row]], FixedPoint.INFINITE);
            sums[row] = Math.min(sum + other[at2[from + row]], FixedPoint.INFINITE);
        }
    }

    private static void add(long[] table, int[] at, int from, int rows, long[] sums) {
        for (int row = 0; row < rows; row++) {
            sums[row] = Math.min(sums[row] + table[at[from + row]], FixedPoint.INFINITE);
        }
    }

    private static void least(int[] starts, int from, int to, long[] sums, long[] result) {
        for (int e = from; e < to; e++) {
            long least = FixedPoint.INFINITE;
            for (int row = starts[e] - starts[from]; row < starts[e + 1] - starts[from]; row++) {
                least = Math.min(least, sums[row]);
            }
            result[e] = least;
        }
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

    /** How many joint labels the kept nodes have. */
    int joints() {
        return joints;
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
        long[][] rest = rest(outside);
        for (int s = 0; s < plan.steps().size(); s++) {
            if (plan.steps().get(s).isElimination()) {
                note(plan.steps().get(s), rest[factors + s], byLabel);
            }
        }
        int[] labels = new int[block.nodes()];
        for (int e = 0; e < last.length; e++) {
            int joint = plan.joints()[e];
            long sum = FixedPoint.add(last[e], outside[joint]);
            plan.write(joint, labels);
            for (int node : plan.kept()) {
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
     * @param outside added by joint label of the kept nodes
     * @return by table, then place of an entry; those of factors are missing
     */
    long[][] rest(long[] outside) {
        long[][] rest = new long[tables.length][];
        long[] around = new long[last.length];
        Arrays.setAll(around, e -> outside[plan.joints()[e]]);
        spread(plan.last(), around, rest);
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

    private int entry(int[] labels) {
        return Arrays.binarySearch(plan.joints(), joint(labels));
    }

    /** The least sum for boundary labels that are set in {@code labels}, by node. */
    long value(int[] labels) {
        int entry = entry(labels);
        return entry < 0 ? FixedPoint.INFINITE : last[entry];
    }

    /** Sets the inner labels that attain {@link #value}, which must be finite; the first among equals. */
    void complete(int[] labels) {
        int[] entries = new int[plan.steps().size()];
        follow(plan.last(), plan.last().starts()[entry(labels)], entries);
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
     * Visits labellings between the boundary labels that are set, with sums of at most {@link #value} and some more. Every choice of a
     * label adds what it is above the best one's sum, so that no partial labelling leads nowhere.
     *
     * @param labels by node; written while it runs
     * @param more above the least
     * @return whether all were visited
     */
    boolean near(int[] labels, long more, Visitor visitor) {
        int entry = entry(labels);
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
        int to = step.starts()[entries[s] + 1];
        long least = Long.MAX_VALUE;
        for (int row = from; row < to; row++) {
            least = Math.min(least, sum(step, row));
        }
        for (int row = from; row < to; row++) {
            long above = sum(step, row) - least;
            if (above <= more && least + above < FixedPoint.INFINITE) {
                labels[step.node()] = step.labels()[row];
                follow(step, row, entries);
                if (!near(s - 1, labels, entries, more - above, visitor)) {
                    return false;
                }
            }
        }
        return true;
    }
}
