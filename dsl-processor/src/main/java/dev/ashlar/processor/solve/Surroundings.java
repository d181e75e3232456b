package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * What another choice for one variable of a labelling comes to, if only what surrounds it may change with it: the other variables of its
 * blocks that no block beyond has. A small problem of its own, in which all else is what the labelling says.
 */
public final class Surroundings {
    /** Blocks of one variable; those that reach further are not looked at. */
    private static final int MOST_BLOCKS = 3;

    private final Problem problem;
    private final int[] x;
    private final Evaluation before;
    private final Map<Range, Near> known = new ConcurrentHashMap<>();

    /**
     * The surroundings of one labelling.
     *
     * @param solution breaks no table
     */
    public Surroundings(Problem problem, List<Integer> solution) {
        this.problem = withPeaks(problem);
        x = solution.stream().mapToInt(Integer::intValue).toArray();
        before = Evaluation.of(this.problem, x);
    }

    /** Only the time points that may be the peak are left, for all that is asked. */
    private static Problem withPeaks(Problem problem) {
        Map<Integer, Block> byKind = new HashMap<>();
        List<Block> blocks = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            Block block = problem.block(b);
            blocks.add(byKind.computeIfAbsent(problem.kind(b), k -> block.withPoints(Reduction.peaks(block))));
        }
        return Problem.of(blocks, problem.slowdownNumerator(), problem.slowdownDenominator());
    }

    /**
     * What the other choice comes to.
     *
     * @param label of the variable
     * @param extraTime by how much the time grows, in 2^-20 ns
     * @param extraMemory by how much the peak grows; less than 0 if it shrinks
     * @param within whether it is within the budget; if not, it is the one with the smallest peak
     */
    public record Change(int label, long extraTime, long extraMemory, boolean within) {}

    /**
     * The best labelling with other labels of one variable.
     *
     * @param labels that the variable may take, at least one
     * @param budget memory of a device
     * @return empty if there is none, or the variable reaches too far
     */
    public Optional<Change> best(int variable, BitSet labels, long budget, Effort effort) {
        int from = problem.owner(variable);
        int to = from;
        while (to + 1 < problem.blocks().size() && problem.contains(to + 1, variable)) {
            to++;
        }
        return to - from >= MOST_BLOCKS
                ? Optional.empty()
                : known.computeIfAbsent(new Range(from, to), Near::new).best(variable, labels, budget, effort);
    }

    private record Range(int from, int to) {}

    /** Some blocks, and all others as they are. */
    private final class Near {
        private final int from;
        private final int to;
        private final Problem small;
        private final Solver solver;

        Near(Range range) {
            from = range.from();
            to = range.to();
            small = problem();
            solver = Solver.ofAll(small);
        }

        Optional<Change> best(int variable, BitSet labels, long budget, Effort effort) {
            int node = IntStream.range(0, problem.block(from).nodes())
                    .filter(n -> problem.variable(from, n) == variable)
                    .findFirst()
                    .orElseThrow();
            Outcome outcome = solver.with(small.variable(from, node), labels).solve(budget, effort);
            if (outcome instanceof Outcome.Feasible feasible) {
                return Optional.of(change(node, feasible.solution(), true));
            }
            return outcome instanceof Outcome.Infeasible infeasible
                    ? Optional.of(change(node, infeasible.solution(), false))
                    : Optional.empty();
        }

        private Change change(int node, Solution best, boolean within) {
            return new Change(
                    best.label(small, from, node), best.time() - before.time(), best.peak() - before.peak(), within);
        }

        private Problem problem() {
            List<Block> blocks = new ArrayList<>();
            for (int b = 0; b < problem.blocks().size(); b++) {
                blocks.add(b < from || b > to ? settled(b) : free(b));
            }
            return Problem.of(blocks, problem.slowdownNumerator(), problem.slowdownDenominator());
        }

        /** A block of which only the sums are left; of its time points the highest of each direction. */
        private Block settled(int b) {
            Block block = problem.block(b);
            long[] sums = new long[Quantity.COUNT + block.points()];
            for (Factor factor : block.factors()) {
                int entry = entry(factor, node -> x[problem.variable(b, node)], problem.block(b)::labels);
                for (int q : factor.used()) {
                    sums[q] += factor.amount(q, entry);
                }
            }
            int forward = block.forwardPoints() > 0 ? 1 : 0;
            int backward = block.points() > block.forwardPoints() ? 1 : 0;
            BlockBuilder settled = Block.builder(block.name(), forward, backward);
            int node = settled.node(1);
            for (Quantity quantity : Quantity.values()) {
                settled.add(quantity, node, sums[quantity.ordinal()]);
            }
            if (forward > 0) {
                settled.live(0, node, most(sums, 0, block.forwardPoints()));
            }
            if (backward > 0) {
                settled.live(forward, node, most(sums, block.forwardPoints(), block.points()));
            }
            return settled.build();
        }

        private static long most(long[] sums, int fromPoint, int toPoint) {
            return Arrays.stream(sums, Quantity.ofPoint(fromPoint), Quantity.ofPoint(toPoint))
                    .max()
                    .orElse(0);
        }

        private static int entry(Factor factor, IntUnaryOperator label, IntUnaryOperator labels) {
            int entry = 0;
            for (int node : factor.scope()) {
                entry = entry * labels.applyAsInt(node) + label.applyAsInt(node);
            }
            return entry;
        }

        /** A block in which the variables that the blocks beyond share have one label. */
        private Block free(int b) {
            Block block = problem.block(b);
            int[][] left = IntStream.range(0, block.nodes())
                    .mapToObj(n -> left(problem.variable(b, n)))
                    .toArray(int[][]::new);
            BlockBuilder free =
                    Block.builder(block.name(), block.forwardPoints(), block.points() - block.forwardPoints());
            for (int node = 0; node < left.length; node++) {
                if (b > from && node < block.entries()) {
                    free.entry(left[node].length);
                } else {
                    free.node(left[node].length);
                }
            }
            for (int exit : b < to ? block.exits() : new int[0]) {
                free.exit(exit);
            }
            for (Factor factor : block.factors()) {
                add(free, block, factor, left);
            }
            return free.build();
        }

        private int[] left(int v) {
            boolean shared = (from > 0 && problem.contains(from - 1, v))
                    || (to + 1 < problem.blocks().size() && problem.contains(to + 1, v));
            return shared
                    ? new int[] {x[v]}
                    : IntStream.range(0, problem.labels(v)).toArray();
        }

        private static void add(BlockBuilder free, Block block, Factor factor, int[][] left) {
            int[] scope = factor.scope();
            int size = Arrays.stream(scope).map(n -> left[n].length).reduce(1, Math::multiplyExact);
            int[] entries = new int[size];
            int[][] labels = new int[size][];
            for (int e = 0; e < size; e++) {
                int rest = e;
                int[] own = new int[scope.length];
                for (int i = scope.length - 1; i >= 0; i--) {
                    own[i] = rest % left[scope[i]].length;
                    rest /= left[scope[i]].length;
                }
                labels[e] = own;
                for (int i = 0; i < scope.length; i++) {
                    entries[e] = entries[e] * block.labels(scope[i]) + left[scope[i]][own[i]];
                }
                if (factor.forbidden(entries[e])) {
                    free.forbid(scope, own);
                }
            }
            for (int q : factor.used()) {
                long[] amounts = Arrays.stream(entries)
                        .mapToLong(e -> factor.amount(q, e))
                        .toArray();
                if (q < Quantity.COUNT) {
                    free.addTable(Quantity.values()[q], scope, amounts);
                } else {
                    free.liveTable(q - Quantity.COUNT, scope, amounts);
                }
            }
        }
    }
}
