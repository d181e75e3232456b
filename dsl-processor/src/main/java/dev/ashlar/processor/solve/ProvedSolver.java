package dev.ashlar.processor.solve;

/** Solves a problem and has the checker look at it; what is too large to check is proved again with less search. */
public final class ProvedSolver {
    private ProvedSolver() {}

    /**
     * An outcome and what the checker says of it.
     *
     * @param outcome of the solver
     * @param verdict of the checker; {@link Verdict.Rejected} means that the solver is wrong
     */
    public record Proved(Outcome outcome, Verdict verdict) {}

    /**
     * Solves a problem.
     *
     * @param budget memory of a device, from 0 to 2^57
     * @throws IllegalArgumentException if a block is too wide to tabulate or the budget is out of range
     */
    public static Proved solve(Problem problem, long budget, Effort effort) {
        return solve(problem, budget, effort, Checker.MOST_TRIED);
    }

    /** The same with another limit of the checker. */
    static Proved solve(Problem problem, long budget, Effort effort, int mostTried) {
        Proved proved = once(problem, budget, effort, mostTried);
        for (Effort less = effort; proved.verdict() instanceof Verdict.TooLarge && less.suffixes() > 0; ) {
            less = less.withLessSearch();
            proved = once(problem, budget, less, mostTried);
        }
        return proved;
    }

    private static Proved once(Problem problem, long budget, Effort effort, int mostTried) {
        Outcome outcome = Solver.solve(problem, budget, effort);
        if (outcome instanceof Outcome.Feasible feasible) {
            return new Proved(outcome, Checker.check(problem, budget, feasible, mostTried));
        }
        if (outcome instanceof Outcome.Infeasible infeasible) {
            return new Proved(outcome, Checker.check(problem, infeasible, mostTried));
        }
        return new Proved(outcome, Checker.checkContradiction(problem));
    }
}
