package dev.ashlar.processor.solve;

import java.util.Optional;

/** What a labelling comes to, for the solver: time, time of the parts that overlap, memory at every point. */
final class Evaluation {
    /** What a labelling with a forbidden entry takes. */
    static final long FORBIDDEN = Long.MAX_VALUE;

    private final long time;
    private final long peak;
    private final long[][] memory;
    private final long[][] amounts;
    /** By block, of its own forward points and of its backward points. */
    private final long[][] most;

    private Evaluation(long time, long peak, long[][] memory, long[][] amounts, long[][] most) {
        this.time = time;
        this.peak = peak;
        this.memory = memory;
        this.amounts = amounts;
        this.most = most;
    }

    /** Whether a labelling of some time and peak is looked for. */
    interface Wanted {
        boolean test(long time, long peak);
    }

    static Evaluation of(Problem problem, int[] x) {
        long[][] amounts = new long[problem.blocks().size()][];
        boolean allowed = true;
        for (int b = 0; b < amounts.length; b++) {
            amounts[b] = new long[Quantity.COUNT + problem.block(b).points()];
            allowed &= add(problem, b, x, amounts[b]);
        }
        return of(problem, amounts, allowed);
    }

    private static Evaluation of(Problem problem, long[][] amounts, boolean allowed) {
        long[][] most = new long[amounts.length][];
        for (int b = 0; b < most.length; b++) {
            most[b] = most(problem.block(b), amounts[b]);
        }
        return new Evaluation(
                allowed ? time(problem, amounts) : FORBIDDEN,
                peak(amounts, most),
                memory(problem, amounts),
                amounts,
                most);
    }

    private static long[] most(Block block, long[] amounts) {
        long[] most = {Halves.forward(block, amounts), Halves.backward(block, amounts)};
        return most;
    }

    private static long peak(long[][] amounts, long[][] most) {
        long fixed = 0;
        long gradients = 0;
        for (long[] a : amounts) {
            fixed += a[Quantity.STATIC.ordinal()];
            gradients += a[Quantity.GRADIENT.ordinal()];
        }
        long peak = 0;
        long before = fixed;
        for (int b = 0; b < amounts.length; b++) {
            gradients -= amounts[b][Quantity.GRADIENT.ordinal()];
            peak = Math.max(peak, before + Math.max(most[b][0], gradients + most[b][1]));
            before += amounts[b][Quantity.KEPT.ordinal()];
        }
        return peak;
    }

    /**
     * What an allowed labelling comes to with another label of one variable, if that is wanted: only the tables over the variable are read.
     *
     * @param x the labelling; unchanged behind the call
     */
    Optional<Evaluation> with(Problem problem, int variable, int label, int[] x, Wanted wanted) {
        // Most labels are forbidden by those around them.
        if (!isAllowed(problem, variable, label, x)) {
            return Optional.empty();
        }
        long[][] changed = amounts.clone();
        long[][] highest = most.clone();
        long other = time;
        for (int b = problem.owner(variable); b < changed.length && problem.contains(b, variable); b++) {
            changed[b] = amounts[b].clone();
            change(problem, b, variable, label, x, changed[b]);
            other += time(problem, changed[b]) - time(problem, amounts[b]);
            highest[b] = most(problem.block(b), changed[b]);
        }
        return wanted.test(other, peak(changed, highest)) ? Optional.of(of(problem, changed, true)) : Optional.empty();
    }

    /** Whether the tables over a variable allow another label of it. */
    private static boolean isAllowed(Problem problem, int variable, int label, int[] x) {
        int old = x[variable];
        x[variable] = label;
        boolean allowed = true;
        int b = problem.owner(variable);
        for (; allowed && b < problem.blocks().size() && problem.contains(b, variable); b++) {
            for (int f : problem.block(b).factorsOf(node(problem, b, variable))) {
                Factor factor = problem.block(b).factors().get(f);
                allowed &= !factor.forbidden(entry(problem, b, factor, x));
            }
        }
        x[variable] = old;
        return allowed;
    }

    private static int node(Problem problem, int b, int variable) {
        int node = 0;
        while (problem.variable(b, node) != variable) {
            node++;
        }
        return node;
    }

    /** Takes the tables over a variable from the sums and adds them with its other label. */
    private static void change(Problem problem, int b, int variable, int label, int[] x, long[] sums) {
        Block block = problem.block(b);
        int old = x[variable];
        for (int f : block.factorsOf(node(problem, b, variable))) {
            Factor factor = block.factors().get(f);
            int before = entry(problem, b, factor, x);
            x[variable] = label;
            factor.addDifference(entry(problem, b, factor, x), before, sums);
            x[variable] = old;
        }
    }

    /** What this labelling's blocks up to {@code last} and another's behind it come to; both are allowed and agree on what the blocks share. */
    Evaluation spliced(Problem problem, Evaluation tail, int last) {
        long[][] joined = tail.amounts.clone();
        System.arraycopy(amounts, 0, joined, 0, last + 1);
        return of(problem, joined, true);
    }

    /**
     * What this labelling's blocks before one, another's behind it and the one itself come to; all are allowed and agree on what the blocks
     * share.
     *
     * @param own amounts of the block between, by quantity
     */
    Evaluation bridged(Problem problem, Evaluation tail, int between, long[] own) {
        long[][] joined = tail.amounts.clone();
        System.arraycopy(amounts, 0, joined, 0, between);
        joined[between] = own;
        return of(problem, joined, true);
    }

    /**
     * What one block comes to, by quantity.
     *
     * @param labels that are allowed, by node
     */
    static long[] amounts(Block block, int[] labels) {
        long[] sums = new long[Quantity.COUNT + block.points()];
        for (Factor factor : block.factors()) {
            factor.add(factor.entry(block, labels), sums);
        }
        Factor.sum(sums);
        return sums;
    }

    /** Adds up a block into sums that are zero; whether its entries are allowed. */
    private static boolean add(Problem problem, int b, int[] x, long[] sums) {
        boolean allowed = true;
        for (Factor factor : problem.block(b).factors()) {
            int entry = entry(problem, b, factor, x);
            if (factor.forbidden(entry)) {
                allowed = false;
                continue;
            }
            factor.add(entry, sums);
        }
        Factor.sum(sums);
        return allowed;
    }

    static int entry(Problem problem, int b, Factor factor, int[] x) {
        int entry = 0;
        for (int node : factor.scope()) {
            entry = entry * problem.block(b).labels(node) + x[problem.variable(b, node)];
        }
        return entry;
    }

    /** Time of one direction of a block. */
    static long segment(Problem problem, long compute, long async) {
        return Math.max(compute + problem.scaledBySlowdown(async), async);
    }

    private static long time(Problem problem, long[][] amounts) {
        long time = 0;
        for (long[] a : amounts) {
            time += time(problem, a);
        }
        return time;
    }

    /** Time of a block with these amounts by quantity. */
    static long time(Problem problem, long[] a) {
        return a[Quantity.TIME.ordinal()]
                + segment(problem, a[Quantity.FORWARD_COMPUTE.ordinal()], a[Quantity.FORWARD_ASYNC.ordinal()])
                + segment(problem, a[Quantity.BACKWARD_COMPUTE.ordinal()], a[Quantity.BACKWARD_ASYNC.ordinal()]);
    }

    private static long[][] memory(Problem problem, long[][] amounts) {
        long fixed = 0;
        long gradients = 0;
        for (long[] a : amounts) {
            fixed += a[Quantity.STATIC.ordinal()];
            gradients += a[Quantity.GRADIENT.ordinal()];
        }
        long[][] memory = new long[amounts.length][];
        long kept = 0;
        for (int b = 0; b < amounts.length; b++) {
            Block block = problem.block(b);
            gradients -= amounts[b][Quantity.GRADIENT.ordinal()];
            memory[b] = new long[block.points()];
            for (int p = 0; p < memory[b].length; p++) {
                long later = p < block.forwardPoints() ? 0 : gradients;
                memory[b][p] = fixed + kept + later + amounts[b][Quantity.ofPoint(p)];
            }
            kept += amounts[b][Quantity.KEPT.ordinal()];
        }
        return memory;
    }

    /** In 2^-20 ns, or {@link #FORBIDDEN}. */
    long time() {
        return time;
    }

    /** The most at any point; 0 if there is no point. */
    long peak() {
        return peak;
    }

    /** By block and point. */
    long[][] memory() {
        return memory;
    }

    /** Of one block, by quantity; not to be written. */
    long[] amounts(int block) {
        return amounts[block];
    }

    /** By block and quantity. */
    long amount(int block, Quantity quantity) {
        return amounts[block][quantity.ordinal()];
    }
}
