package dev.ashlar.processor.solve;

import java.util.List;
import java.util.Optional;

/** Finds the fastest labelling within a budget and why none is much faster. Deterministic: integers, counts, first among equals. */
public final class Solver {
    private final Chain chain;
    private final List<OptionPlan> plans;
    private final Effort effort;

    private Solver(Problem problem, Effort effort) {
        chain = new Chain(problem);
        plans = LabelSearch.plans(chain);
        this.effort = effort;
    }

    /**
     * Solves a problem.
     *
     * @param budget memory of a device, at least 0
     * @throws IllegalArgumentException if a block is too wide to tabulate
     */
    public static Outcome solve(Problem problem, long budget, Effort effort) {
        if (budget < 0 || budget > 1L << 57) {
            throw new IllegalArgumentException("a budget is between 0 and 2^57, not " + budget);
        }
        return new Solver(problem, effort).solve(budget);
    }

    private Outcome solve(long budget) {
        Incumbent fastest = new Incumbent(chain.problem(), Goal.time(budget));
        Prover prover = new Prover(chain, plans, fastest, effort);
        Optional<Dual.Result> dual = prover.relax(Restriction.NONE);
        if (dual.isEmpty()) {
            return new Outcome.Contradiction();
        }
        if (fastest.labels().isEmpty()) {
            Peak peak = smallest(budget);
            if (peak.smallest().peak() > budget) {
                return infeasible(peak);
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

    private record Peak(Solution smallest, Certificate certificate) {}

    /** The smallest peak, and that nothing needs less; a peak within {@code enough} needs no proof. */
    private Peak smallest(long enough) {
        Incumbent lowest = new Incumbent(chain.problem(), Goal.peak());
        PeakProver prover = new PeakProver(chain, plans, lowest, effort);
        Certificate certificate = prover.prove(enough);
        return new Peak(lowest.solution().orElseThrow(), certificate);
    }

    private Outcome infeasible(Peak peak) {
        long smallest = peak.smallest().peak();
        Incumbent fastest = new Incumbent(chain.problem(), Goal.time(smallest));
        fastest.offer(
                peak.smallest().labels().stream().mapToInt(Integer::intValue).toArray());
        Prover prover = new Prover(chain, plans, fastest, effort);
        prover.relax(Restriction.NONE).ifPresent(prover::improve);
        return new Outcome.Infeasible(smallest, fastest.solution().orElseThrow(), peak.certificate());
    }
}
