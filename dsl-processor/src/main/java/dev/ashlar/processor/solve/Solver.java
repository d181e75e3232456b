package dev.ashlar.processor.solve;

import java.util.List;
import java.util.Optional;

/** Finds the fastest labelling within a budget and why none is much faster. Deterministic: integers, counts, first among equals. */
public final class Solver {
    private final Reduction reduction;
    private final Chain chain;
    private final List<OptionPlan> plans;

    /**
     * A solver of one problem, for any number of budgets.
     *
     * @throws IllegalArgumentException if a block is too wide to tabulate
     */
    Solver(Problem problem) {
        reduction = Reduction.of(problem);
        chain = new Chain(reduction.problem());
        plans = LabelSearch.plans(chain);
    }

    /**
     * Solves a problem.
     *
     * @param budget memory of a device, at least 0
     * @throws IllegalArgumentException if a block is too wide to tabulate
     */
    public static Outcome solve(Problem problem, long budget, Effort effort) {
        return new Solver(problem).solve(budget, effort);
    }

    /** The fastest labelling within a budget. */
    Outcome solve(long budget, Effort effort) {
        if (budget < 0 || budget > 1L << 57) {
            throw new IllegalArgumentException("a budget is between 0 and 2^57, not " + budget);
        }
        return reduction.whole(reduced(budget, effort));
    }

    private Outcome reduced(long budget, Effort effort) {
        Incumbent fastest = new Incumbent(chain.problem(), Goal.time(budget));
        Prover prover = new Prover(chain, plans, fastest, effort);
        Optional<Dual.Result> dual = prover.relax(Restriction.NONE);
        if (dual.isEmpty()) {
            return new Outcome.Contradiction();
        }
        if (fastest.labels().isEmpty()) {
            Peak peak = smallest(budget, effort);
            if (peak.smallest().peak() > budget) {
                return infeasible(peak, effort);
            }
            int[] x = peak.smallest().labels().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            fastest.offer(x);
        }
        prover.improve(dual.get());
        Proof proof = prover.prove(dual.get());
        return new Outcome.Feasible(fastest.solution().orElseThrow(), new Certificate(budget, true, proof));
    }

    /** The labelling of the smallest peak, however slow; a contradiction if there is no labelling. */
    Outcome smallest(Effort effort) {
        Pricing free = Pricing.of(chain.problem(), Prices.FREE, false);
        if (Relaxation.of(chain, free, Restriction.NONE).least() >= FixedPoint.INFINITE) {
            return new Outcome.Contradiction();
        }
        Peak peak = smallest(-1, effort);
        return reduction.whole(new Outcome.Infeasible(peak.smallest().peak(), peak.smallest(), peak.certificate()));
    }

    private record Peak(Solution smallest, Certificate certificate) {}

    /** The smallest peak, and that nothing needs less; a peak within {@code enough} needs no proof. */
    private Peak smallest(long enough, Effort effort) {
        Incumbent lowest = new Incumbent(chain.problem(), Goal.peak());
        PeakProver prover = new PeakProver(chain, plans, lowest, effort);
        Certificate certificate = prover.prove(enough);
        return new Peak(lowest.solution().orElseThrow(), certificate);
    }

    private Outcome infeasible(Peak peak, Effort effort) {
        long smallest = peak.smallest().peak();
        Incumbent fastest = new Incumbent(chain.problem(), Goal.time(smallest));
        fastest.offer(
                peak.smallest().labels().stream().mapToInt(Integer::intValue).toArray());
        Prover prover = new Prover(chain, plans, fastest, effort);
        prover.relax(Restriction.NONE).ifPresent(prover::improve);
        return new Outcome.Infeasible(smallest, fastest.solution().orElseThrow(), peak.certificate());
    }
}
