package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.List;

/** A problem with what does not depend on prices: elimination plans and boundaries of its blocks. */
final class Chain {
    private final Problem problem;
    private final List<EliminationPlan> plans = new ArrayList<>();
    private final List<Boundary> entries = new ArrayList<>();
    private final List<Boundary> exits = new ArrayList<>();

    Chain(Problem problem) {
        this.problem = problem;
        List<EliminationPlan> byKind = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            Block block = problem.block(b);
            if (problem.kind(b) == byKind.size()) {
                byKind.add(EliminationPlan.of(block));
            }
            plans.add(byKind.get(problem.kind(b)));
            entries.add(Boundary.entries(block));
            exits.add(Boundary.exits(block));
        }
    }

    Problem problem() {
        return problem;
    }

    int blocks() {
        return problem.blocks().size();
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
