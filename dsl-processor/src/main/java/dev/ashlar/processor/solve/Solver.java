package dev.ashlar.processor.solve;

import java.util.List;
import java.util.Optional;

/** Finds the fastest labelling within a budget and why none is much faster. Deterministic: integers, counts, first among equals. */
public final class Solver {
    private final Reduction reduction;
    private final Chain chain;

    /**
     * A solver of one problem, for any number of budgets.
     *
     * @throws IllegalArgumentException if a block is too wide to tabulate
     */
    Solver(Problem problem) {
        reduction = Reduction.of(problem);
        chain = new Chain(reduction.problem());
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
        return outcomes(budget, effort).get(0);
    }

    /** The same with ever weaker certificates, each less to check than the one before. */
    List<Outcome> outcomes(long budget, Effort effort) {
        if (budget < 0 || budget > 1L << 57) {
            throw new IllegalArgumentException("a budget is between 0 and 2^57, not " + budget);
        }
        return reduced(budget, effort).stream().map(reduction::whole).toList();
    }

    private List<Outcome> reduced(long budget, Effort effort) {
        Incumbent fastest = new Incumbent(chain.problem(), Goal.time(budget));
        Prover prover = new Prover(chain, fastest, effort, effort.work());
        Optional<Dual.Result> dual = prover.relax(Restriction.NONE);
        if (dual.isEmpty()) {
            return List.of(new Outcome.Contradiction());
        }
        if (fastest.labels().isEmpty()) {
            Peak peak = smallest(budget, effort);
            if (peak.smallest().peak() > budget) {
                return infeasible(peak, effort);
            }
            fastest.offer(labels(peak.smallest()));
        }
        prover.improve(dual.get());
        List<Proof> proofs = prover.prove(dual.get()).downwards();
        Solution solution = fastest.solution().orElseThrow();
        return proofs.stream()
                .<Outcome>map(p -> new Outcome.Feasible(solution, new Certificate(budget, true, p)))
                .toList();
    }

    private static int[] labels(Solution solution) {
        return solution.labels().stream().mapToInt(Integer::intValue).toArray();
    }

    /** The labelling of the smallest peak, however slow; a contradiction if there is no labelling. With ever weaker certificates. */
    List<Outcome> smallest(Effort effort) {
        Pricing free = Pricing.of(chain.problem(), Prices.FREE, false);
        if (Relaxation.of(chain, free, Restriction.NONE).least() >= FixedPoint.INFINITE) {
            return List.of(new Outcome.Contradiction());
        }
        Peak peak = smallest(-1, effort);
        return outcomes(peak, peak.smallest()).stream().map(reduction::whole).toList();
    }

    private record Peak(Solution smallest, List<Certificate> certificates) {}

    /** The smallest peak, and that nothing needs less; a peak within {@code enough} needs no proof. */
    private Peak smallest(long enough, Effort effort) {
        Incumbent lowest = new Incumbent(chain.problem(), Goal.peak());
        PeakProver prover = new PeakProver(chain, lowest, effort, effort.work());
        List<Certificate> certificates = prover.prove(enough);
        return new Peak(lowest.solution().orElseThrow(), certificates);
    }

    private List<Outcome> infeasible(Peak peak, Effort effort) {
        Incumbent fastest =
                new Incumbent(chain.problem(), Goal.time(peak.smallest().peak()));
        fastest.offer(labels(peak.smallest()));
        Prover prover = new Prover(chain, fastest, effort, effort.work());
        prover.relax(Restriction.NONE).ifPresent(prover::improve);
        return outcomes(peak, fastest.solution().orElseThrow());
    }

    private static List<Outcome> outcomes(Peak peak, Solution solution) {
        long smallest = peak.smallest().peak();
        return peak.certificates().stream()
                .<Outcome>map(c -> new Outcome.Infeasible(smallest, solution, c))
                .toList();
    }
}
