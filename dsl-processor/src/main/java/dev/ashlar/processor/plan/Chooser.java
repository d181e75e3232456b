package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.recompute.RecomputeProblem;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Proof;
import dev.ashlar.processor.solve.ProvedSolver;
import dev.ashlar.processor.solve.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Chooses what backward computes again, by the solver, and has every claim checked without it. */
final class Chooser {
    private static final int TRADEOFFS = 12;
    private static final int SMALL = 16;
    private static final Effort CLOSE = Effort.of(1e-4);
    private static final Effort ROUGH = Effort.of(1e-3);

    private final TrainingGraph graph;
    private final RecomputeProblem recompute;
    private final ProvedSolver solver;
    private final long fixedBytes;
    private final long mostPeakBytes;
    private final double seconds;
    private final Outcome.Infeasible smallest;

    /**
     * @param graph that keeps everything
     * @param memory of its program
     * @param costs that price it
     * @param seconds of a step that keeps everything
     * @param fixedBytes memory of the device beside the plan
     */
    Chooser(TrainingGraph graph, MemoryProfile memory, CostModel costs, double seconds, long fixedBytes) {
        this.graph = graph;
        recompute = RecomputeProblem.of(graph, memory, costs, seconds);
        solver = new ProvedSolver(recompute.problem());
        this.fixedBytes = fixedBytes;
        this.seconds = seconds;
        mostPeakBytes = memory.peakBytes();
        smallest = smallest();
    }

    private Effort effort() {
        return recompute.problem().blocks().size() <= SMALL ? Effort.EXACT : CLOSE;
    }

    private Outcome.Infeasible smallest() {
        ProvedSolver.Proved proved = solver.smallest(effort());
        accepted(proved);
        if (proved.outcome() instanceof Outcome.Infeasible found) {
            return found;
        }
        throw new IllegalStateException("a step that keeps everything is no plan");
    }

    private static Verdict.Accepted accepted(ProvedSolver.Proved proved) {
        if (proved.verdict() instanceof Verdict.Accepted accepted) {
            return accepted;
        }
        throw new IllegalStateException("the plan's certificate is not accepted: " + proved.verdict());
    }

    /** A plan within a budget that has one, and what the checker says of it. */
    private record Found(Outcome.Feasible outcome, Verdict.Accepted verdict) {}

    /**
     * A plan.
     *
     * @param graph that drops what was chosen
     * @param peakBytes that its program must have
     * @param evidence what is known about it
     */
    record Choice(TrainingGraph graph, long peakBytes, Evidence evidence) {}

    /** The fastest plan within a memory of the device; the smallest there is if none is. */
    Choice choose(long budgetBytes) {
        if (!recompute.hasChoices()) {
            return new Choice(graph, mostPeakBytes, Evidence.onlyPlan(mostPeakBytes + fixedBytes, seconds));
        }
        if (mostPeakBytes + fixedBytes <= budgetBytes) {
            return new Choice(graph, mostPeakBytes, evidence(seconds, 0, "nothing recomputed", 0));
        }
        long budget = Math.max(budgetBytes - fixedBytes, smallest.smallestBudget());
        Found found = feasible(budget, effort());
        Proof proof = found.outcome().certificate().proof();
        Evidence evidence = evidence(
                recompute.seconds(found.verdict().lowerBound()), found.verdict().gap(), kind(proof), prices(proof));
        TrainingGraph chosen = recompute.apply(found.outcome().solution().labels());
        return new Choice(chosen, found.verdict().peak(), evidence);
    }

    private Evidence evidence(double lowerBoundSeconds, double gap, String kind, int prices) {
        return new Evidence(smallestBytes(), lowerBoundSeconds, gap, kind, prices, tradeoffs());
    }

    private long smallestBytes() {
        return smallest.smallestBudget() + fixedBytes;
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
        long more = mostPeakBytes - least;
        List<Tradeoff> tradeoffs = new ArrayList<>();
        if (more == 0) {
            return List.of(new Tradeoff(mostPeakBytes + fixedBytes, seconds, 0));
        }
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < TRADEOFFS - 1; i++) {
            long budget = least + more / (TRADEOFFS - 1) * i;
            Found found = feasible(budget, ROUGH);
            fastest = Math.min(fastest, found.outcome().solution().time());
            long bound = Math.max(1, Math.min(found.verdict().lowerBound(), fastest));
            tradeoffs.add(
                    new Tradeoff(budget + fixedBytes, recompute.seconds(fastest), (double) (fastest - bound) / bound));
        }
        tradeoffs.add(new Tradeoff(mostPeakBytes + fixedBytes, seconds, 0));
        return tradeoffs;
    }

    private static String kind(Proof proof) {
        return proof instanceof Proof.Split ? "split" : proof instanceof Proof.Dual ? "dual" : "search";
    }

    private static int prices(Proof proof) {
        if (proof instanceof Proof.Split split) {
            return split.cases().stream().mapToInt(c -> prices(c.proof())).sum();
        }
        return proof instanceof Proof.Dual dual
                ? dual.prices().points().size()
                : ((Proof.Search) proof).prices().points().size();
    }
}
