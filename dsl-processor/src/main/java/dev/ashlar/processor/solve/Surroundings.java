package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
            long[] sums = before.amounts(b);
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

        /** A block in which the variables that the blocks beyond share have one label. */
        private Block free(int b) {
            Block block = problem.block(b);
            List<int[]> left = IntStream.range(0, block.nodes())
                    .mapToObj(n -> left(problem.variable(b, n)))
                    .toList();
            return Labels.picked(block, left)
                    .between(b > from ? block.entries() : 0, b < to ? block.exits() : new int[0]);
        }

        private int[] left(int v) {
            boolean shared = (from > 0 && problem.contains(from - 1, v))
                    || (to + 1 < problem.blocks().size() && problem.contains(to + 1, v));
            return shared
                    ? new int[] {x[v]}
                    : IntStream.range(0, problem.labels(v)).toArray();
        }
    }
}
