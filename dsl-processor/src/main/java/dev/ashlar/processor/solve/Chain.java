package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A problem with what does not depend on prices: elimination plans and boundaries of its blocks. */
final class Chain {
    private final Problem problem;
    private final List<EliminationPlan> plans;
    private final List<Boundary> entries = new ArrayList<>();
    private final List<Boundary> exits = new ArrayList<>();
    private final Map<Boolean, Relaxation> free = new HashMap<>();

    private Chain(Problem problem, List<EliminationPlan> plans) {
        this.problem = problem;
        this.plans = plans;
        for (Block block : problem.blocks()) {
            entries.add(Boundary.entries(block));
            exits.add(Boundary.exits(block));
        }
    }

    Chain(Problem problem) {
        this(problem, new BlockStore());
    }

    /** The same; plans of blocks that are stored are those. */
    Chain(Problem problem, BlockStore store) {
        this(problem, plans(problem, store));
    }

    /** What is left of a chain, with no more to go through. */
    Chain narrowed(Problem narrower) {
        List<EliminationPlan> narrowed = new ArrayList<>();
        List<EliminationPlan> byKind = new ArrayList<>();
        for (int b = 0; b < narrower.blocks().size(); b++) {
            if (narrower.kind(b) == byKind.size()) {
                byKind.add(EliminationPlan.of(narrower.block(b), plans.get(b)));
            }
            narrowed.add(byKind.get(narrower.kind(b)));
        }
        return new Chain(narrower, narrowed);
    }

    private static List<EliminationPlan> plans(Problem problem, BlockStore store) {
        List<EliminationPlan> plans = new ArrayList<>();
        List<EliminationPlan> byKind = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            Block block = problem.block(b);
            if (problem.kind(b) == byKind.size()) {
                byKind.add(store.plan(block));
            }
            plans.add(byKind.get(problem.kind(b)));
        }
        return plans;
    }

    /** The same where a variable has some of its labels alone: what was listed for all its labels is listed for fewer too. */
    Chain with(int variable, BitSet labels) {
        int b = problem.owner(variable);
        Block block = problem.block(b);
        int node = 0;
        while (problem.variable(b, node) != variable) {
            node++;
        }
        List<Factor> factors = new ArrayList<>(block.factors());
        for (int f : block.factorsOf(node)) {
            factors.set(f, factors.get(f).with(block, node, labels));
        }
        if (block.factorsOf(node).length == 0) {
            return new Chain(Narrowing.of(problem, Map.of(variable, labels)));
        }
        Block fewer = block.with(factors);
        List<Block> blocks = new ArrayList<>(problem.blocks());
        List<EliminationPlan> same = new ArrayList<>(plans);
        blocks.set(b, fewer);
        same.set(b, plans.get(b).with(fewer));
        return new Chain(Problem.of(blocks, problem.slowdownNumerator(), problem.slowdownDenominator()), same);
    }

    /** The problem without prices, solved once. */
    Relaxation free(boolean timed) {
        return free.computeIfAbsent(timed, t -> Relaxation.of(this, Pricing.of(problem, Prices.FREE, t)));
    }

    Problem problem() {
        return problem;
    }

    int blocks() {
        return problem.blocks().size();
    }

    /** Rows of the plans of its different blocks. */
    long rows() {
        return plans.stream().distinct().mapToLong(EliminationPlan::rows).sum();
    }

    EliminationPlan plan(int block) {
        return plans.get(block);
    }

    Boundary entries(int block) {
        return entries.get(block);
    }

    Boundary exits(int block) {
        return exits.get(block);
    }
}
