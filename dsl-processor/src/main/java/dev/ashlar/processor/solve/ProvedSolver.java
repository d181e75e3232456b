package dev.ashlar.processor.solve;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;

/** Solves a problem for any number of budgets and has the checker look at it; where that is too large a weaker bound is shown. */
public final class ProvedSolver {
    private final Solver solver;
    private final Checker checker;

    /**
     * A solver of one problem.
     *
     * @throws IllegalArgumentException if a block is too wide to tabulate
     */
    public ProvedSolver(Problem problem) {
        this(problem, new BlockStore());
    }

    /** The same, which shares with others what is worked out of blocks alone. */
    public ProvedSolver(Problem problem, BlockStore store) {
        this(store.sharing(problem), store, Checker.MOST_TRIED);
    }

    /** The same with another limit of the checker. */
    ProvedSolver(Problem problem, int mostTried) {
        this(problem, new BlockStore(), mostTried);
    }

    private ProvedSolver(Problem problem, BlockStore store, int mostTried) {
        this(new Solver(problem, store), new Checker(problem, store.shapes(), mostTried));
    }

    private ProvedSolver(Solver solver, Checker checker) {
        this.solver = solver;
        this.checker = checker;
    }

    /** One that has met what this one has, and finds the same whatever this one is asked next. */
    public ProvedSolver copy() {
        return new ProvedSolver(solver.copy(), checker);
    }

    /** Takes over the labelling of the smallest peak that a copy knows. */
    public void learn(ProvedSolver copy) {
        solver.learn(copy.solver);
    }

    /**
     * An outcome and what the checker says of it.
     *
     * @param outcome of the solver
     * @param verdict of the checker; {@link Verdict.Rejected} means that the solver is wrong
     */
    public record Proved(Outcome outcome, Verdict verdict) {}

    /**
     * An outcome that is being checked. What is checked has the same solution; its certificate may be a weaker one.
     *
     * @param outcome of the solver
     * @param check of it
     */
    public record Claim(Outcome outcome, ForkJoinTask<Proved> check) {
        /** What the checker says, as soon as it does. */
        public Proved checked() {
            return check.join();
        }
    }

    /**
     * The fastest labelling within a budget.
     *
     * @param budget memory of a device, from 0 to 2^57
     * @throws IllegalArgumentException if the budget is out of range
     */
    public Proved solve(long budget, Effort effort) {
        return later(budget, effort).checked();
    }

    /** The same, checked beside what the caller does until it asks for it. */
    public Claim later(long budget, Effort effort) {
        return claim(solver.outcomes(budget, effort), budget);
    }

    /** A bound on times within a budget that follows from what was found for others; empty if nothing was. Look at it with {@link #proved}. */
    public Optional<Certificate> bound(long budget) {
        return solver.bound(budget);
    }

    /**
     * The time that a certificate proves, looked at without the solver.
     *
     * @throws IllegalArgumentException if it does not hold
     * @throws ArithmeticException if it is too large to be looked at
     */
    public long proved(Certificate certificate) {
        return checker.provedTime(certificate);
    }

    /** The labelling of the smallest peak, however slow. */
    public Proved smallest(Effort effort) {
        return smallestLater(effort).checked();
    }

    /** The same, checked beside what the caller does until it asks for it. */
    public Claim smallestLater(Effort effort) {
        return claim(solver.smallest(effort), 0);
    }

    private Claim claim(List<Outcome> outcomes, long budget) {
        return new Claim(outcomes.get(0), ForkJoinPool.commonPool().submit(() -> proved(outcomes, budget)));
    }

    private Proved proved(List<Outcome> outcomes, long budget) {
        Proved proved = once(outcomes.get(0), budget);
        for (int k = 1; proved.verdict() instanceof Verdict.TooLarge && k < outcomes.size(); k++) {
            proved = once(outcomes.get(k), budget);
        }
        return proved;
    }

    private Proved once(Outcome outcome, long budget) {
        if (outcome instanceof Outcome.Feasible feasible) {
            return new Proved(outcome, checker.check(budget, feasible));
        }
        if (outcome instanceof Outcome.Infeasible infeasible) {
            return new Proved(outcome, checker.check(infeasible));
        }
        return new Proved(outcome, checker.checkContradiction());
    }
}
