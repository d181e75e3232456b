package dev.ashlar.processor.plan;

import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Proof;
import dev.ashlar.processor.solve.ProvedSolver;
import dev.ashlar.processor.solve.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Chooses the fastest plan within a memory, by the solver, and has every claim checked without it. */
final class Chooser {
    private static final int TRADEOFFS = 12;
    private static final int SMALL = 16;
    private static final Effort CLOSE = Effort.of(1e-4);
    private static final Effort ROUGH = Effort.of(1e-3);

    /** More than any plan needs. */
    private static final long UNLIMITED = 1L << 56;

    private final PlanProblem plans;
    private final ProvedSolver solver;
    private final long fixedBytes;
    private final Outcome.Infeasible smallest;
    private final Known fastest;

    /**
     * @param plans of which to choose, at least one
     * @param fixedBytes memory of the device beside the plan
     */
    Chooser(PlanProblem plans, long fixedBytes) {
        this.plans = plans;
        solver = new ProvedSolver(plans.problem());
        this.fixedBytes = fixedBytes;
        smallest = smallest();
        fastest = plans.fastest()
                .map(f -> new Known(f.labels(), f.peakBytes(), f.seconds(), f.seconds(), 0, f.why(), 0))
                .orElseGet(() -> known(feasible(UNLIMITED, effort())));
    }

    private Effort effort() {
        return plans.problem().blocks().size() <= SMALL ? Effort.EXACT : CLOSE;
    }

    private Outcome.Infeasible smallest() {
        ProvedSolver.Proved proved = solver.smallest(effort());
        accepted(proved);
        if (proved.outcome() instanceof Outcome.Infeasible found) {
            return found;
        }
        throw new IllegalStateException("there is no plan at all");
    }

    private static Verdict.Accepted accepted(ProvedSolver.Proved proved) {
        if (proved.verdict() instanceof Verdict.Accepted accepted) {
            return accepted;
        }
        throw new IllegalStateException("the plan's certificate is not accepted: " + proved.verdict());
    }

    /** A plan within a budget that has one, and what the checker says of it. */
    private record Found(Outcome.Feasible outcome, Verdict.Accepted verdict) {}

    /** A plan with what is proved about it. */
    private record Known(
            List<Integer> labels,
            long peakBytes,
            double seconds,
            double lowerBoundSeconds,
            double gap,
            String kind,
            int prices) {}

    /**
     * A plan.
     *
     * @param labels of the problem
     * @param peakBytes that its program must have
     * @param evidence what is known about it
     */
    record Choice(List<Integer> labels, long peakBytes, Evidence evidence) {}

    /** The fastest plan within a memory of the device; the smallest there is if none is. */
    Choice choose(long budgetBytes) {
        if (!plans.hasChoices()) {
            return new Choice(
                    fastest.labels(),
                    fastest.peakBytes(),
                    Evidence.onlyPlan(fastest.peakBytes() + fixedBytes, fastest.seconds()));
        }
        if (fastest.peakBytes() + fixedBytes <= budgetBytes) {
            return choice(fastest);
        }
        return choice(known(feasible(Math.max(budgetBytes - fixedBytes, smallest.smallestBudget()), effort())));
    }

    private Choice choice(Known known) {
        Evidence evidence = new Evidence(
                smallest.smallestBudget() + fixedBytes,
                known.lowerBoundSeconds(),
                known.gap(),
                known.kind(),
                known.prices(),
                tradeoffs());
        return new Choice(known.labels(), known.peakBytes(), evidence);
    }

    private Known known(Found found) {
        Proof proof = found.outcome().certificate().proof();
        return new Known(
                found.outcome().solution().labels(),
                found.verdict().peak(),
                plans.seconds(found.verdict().time()),
                plans.seconds(found.verdict().lowerBound()),
                found.verdict().gap(),
                kind(proof),
                prices(proof));
    }

    private Found feasible(long budget, Effort effort) {
        ProvedSolver.Proved proved = solver.solve(budget, effort);
        Verdict.Accepted verdict = accepted(proved);
        if (proved.outcome() instanceof Outcome.Feasible found) {
            return new Found(found, verdict);
        }
        throw new IllegalStateException(
                "no plan within " + budget + " bytes, but one within " + smallest.smallestBudget() + " was known");
    }

    /** Budgets at equal distances. What is within a budget is within a larger one too. */
    private List<Tradeoff> tradeoffs() {
        long least = smallest.smallestBudget();
        long more = fastest.peakBytes() - least;
        List<Tradeoff> tradeoffs = new ArrayList<>();
        Tradeoff last = new Tradeoff(fastest.peakBytes() + fixedBytes, fastest.seconds(), fastest.gap());
        if (more <= 0) {
            return List.of(last);
        }
        long quickest = Long.MAX_VALUE;
        for (int i = 0; i < TRADEOFFS - 1; i++) {
            long budget = least + more / (TRADEOFFS - 1) * i;
            Found found = feasible(budget, ROUGH);
            quickest = Math.min(quickest, found.outcome().solution().time());
            long bound = Math.max(1, Math.min(found.verdict().lowerBound(), quickest));
            tradeoffs.add(
                    new Tradeoff(budget + fixedBytes, plans.seconds(quickest), (double) (quickest - bound) / bound));
        }
        tradeoffs.add(last);
        return tradeoffs;
    }

    private static String kind(Proof proof) {
        if (proof instanceof Proof.Narrow narrow) {
            return kind(narrow.rest());
        }
        return proof instanceof Proof.Split ? "split" : proof instanceof Proof.Dual ? "dual" : "search";
    }

    private static int prices(Proof proof) {
        if (proof instanceof Proof.Split split) {
            return split.cases().stream().mapToInt(c -> prices(c.proof())).sum();
        }
        if (proof instanceof Proof.Narrow narrow) {
            return prices(narrow.rest());
        }
        return proof instanceof Proof.Dual dual
                ? dual.prices().points().size()
                : ((Proof.Search) proof).prices().points().size();
    }
}
