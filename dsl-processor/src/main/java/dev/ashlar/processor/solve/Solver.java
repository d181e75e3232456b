package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Finds the fastest labelling within a budget and why none is much faster. Deterministic: integers, counts, first among equals. */
public final class Solver {
    private final Reduction reduction;
    private final Chain chain;
    private final Labellings seen;
    private final KnownBounds bounds = new KnownBounds();
    /** The labelling of the smallest peak that is known; others may have taken its place among those seen. */
    private Optional<Column> lowest;

    /**
     * A solver of one problem, for any number of budgets: what it meets for one it begins the next with.
     *
     * @throws IllegalArgumentException if a block is too wide to tabulate
     */
    Solver(Problem problem) {
        this(problem, new BlockStore());
    }

    /** The same, which shares with others what is worked out of blocks alone. */
    Solver(Problem problem, BlockStore store) {
        this(Reduction.of(problem, store), store);
    }

    private Solver(Reduction reduction, BlockStore store) {
        this(reduction, new Chain(reduction.problem(), store));
    }

    private Solver(Reduction reduction, Chain chain) {
        this(reduction, chain, new Labellings(chain.problem()), Optional.empty());
    }

    private Solver(Reduction reduction, Chain chain, Labellings seen, Optional<Column> lowest) {
        this.reduction = reduction;
        this.chain = chain;
        this.seen = seen;
        this.lowest = lowest;
    }

    /** One that has met what this one has, and goes on by itself. */
    Solver copy() {
        return new Solver(reduction, chain, seen.copy(), lowest);
    }

    /** Takes over the labelling of the smallest peak that another one of the same problem knows. */
    void learn(Solver other) {
        other.lowest.ifPresent(column -> {
            seen.add(column);
            lowest = Optional.of(column);
        });
    }

    /** Whether there is no more to go through than so many rows of tables for any block of a problem, once for all prices. */
    public static boolean isWithin(Problem problem, int mostRows) {
        try {
            problem.blocks().stream().distinct().forEach(b -> EliminationPlan.of(b, mostRows, mostRows));
            return true;
        } catch (TooManyRows more) {
            return false;
        }
    }

    /** A solver that keeps labels in whose place another could be. */
    static Solver ofAll(Problem problem) {
        return new Solver(Reduction.none(problem), new BlockStore());
    }

    /** Of a solver that keeps all labels, one in which a variable has some of its labels alone. */
    Solver with(int variable, BitSet labels) {
        Chain narrower = chain.with(variable, labels);
        return new Solver(Reduction.none(narrower.problem()), narrower);
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

    /** The same of one of many problems that share blocks. */
    public static Outcome solve(Problem problem, BlockStore store, long budget, Effort effort) {
        return new Solver(store.sharing(problem), store).solve(budget, effort);
    }

    /**
     * The labelling of the smallest peak, however slow.
     *
     * @throws IllegalArgumentException if a block is too wide to tabulate
     */
    public static Outcome smallest(Problem problem, Effort effort) {
        return new Solver(problem).smallest(effort).get(0);
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
        if (isContradiction(true)) {
            return List.of(new Outcome.Contradiction());
        }
        Incumbent fastest = new Incumbent(chain.problem(), Goal.time(budget));
        seen.stream().forEach(c -> fastest.offer(c.labels(), c.evaluation()));
        Optional<Proof.Dual> near = bounds.within(budget)
                .filter(b -> fastest.best() < Long.MAX_VALUE && b.bound() >= effort.target(fastest.best()));
        if (near.isPresent()) {
            return List.of(feasible(fastest, budget, near.get()));
        }
        Prover prover = new Prover(Goal.time(budget), effort, 0);
        Ladder ladder = prover.prove(chain, fastest, seen).orElseThrow();
        if (fastest.labels().isEmpty()
                && lowest.filter(l -> l.evaluation().peak() <= budget).isPresent()) {
            seen.add(lowest.get());
            return outcomes(budget, effort);
        }
        if (fastest.labels().isEmpty()) {
            Peak peak = smallest(budget, effort);
            if (peak.smallest().peak() > budget) {
                return infeasible(peak, effort);
            }
            return outcomes(budget, effort);
        }
        seen.add(fastest.labels().orElseThrow());
        ladder.downwards().forEach(r -> bounds.add(r.proof(), budget));
        return ladder.downwards().stream()
                .map(r -> feasible(fastest, budget, r.proof()))
                .toList();
    }

    private Outcome feasible(Incumbent fastest, long budget, Proof proof) {
        Solution solution = whole(fastest.solution().orElseThrow());
        return new Outcome.Feasible(solution, new Certificate(budget, true, reduction.whole(proof)));
    }

    /** What is known of times within a budget by what was proved of others; empty if nothing was. */
    Optional<Certificate> bound(long budget) {
        return bounds.within(budget).map(b -> new Certificate(budget, true, reduction.whole(b)));
    }

    /** @param timed of two relaxations that tell, the one that is needed anyway */
    private boolean isContradiction(boolean timed) {
        return chain.free(timed).least() >= FixedPoint.INFINITE;
    }

    private Solution whole(Solution solution) {
        int[] x = reduction.whole(
                solution.labels().stream().mapToInt(Integer::intValue).toArray());
        return new Solution(Arrays.stream(x).boxed().toList(), solution.time(), solution.peak());
    }

    /** The labelling of the smallest peak, however slow; a contradiction if there is no labelling. With ever weaker certificates. */
    List<Outcome> smallest(Effort effort) {
        if (isContradiction(false)) {
            return List.of(new Outcome.Contradiction());
        }
        Peak peak = smallest(-1, effort);
        return outcomes(peak, whole(peak.smallest()));
    }

    private record Peak(Solution smallest, List<Certificate> certificates) {}

    /** The smallest peak, and that nothing needs less; a peak within {@code enough} needs no proof. */
    private Peak smallest(long enough, Effort effort) {
        Incumbent least = new Incumbent(chain.problem(), Goal.peak());
        Ladder ladder = new Prover(Goal.peak(), effort, enough)
                .prove(chain, least, seen)
                .orElseThrow();
        Solution smallest = least.solution().orElseThrow();
        Column column = Column.of(chain.problem(), least.labels().orElseThrow());
        seen.add(column);
        lowest = Optional.of(column);
        List<Certificate> certificates = ladder.downwards().stream()
                .map(r -> new Certificate(r.bound() - 1, false, reduction.whole(r.proof())))
                .toList();
        return new Peak(smallest, certificates);
    }

    private List<Outcome> infeasible(Peak peak, Effort effort) {
        Goal goal = Goal.time(peak.smallest().peak());
        Incumbent fastest = new Incumbent(chain.problem(), goal);
        new Prover(goal, effort, Long.MAX_VALUE).prove(chain, fastest, seen);
        return outcomes(peak, whole(fastest.solution().orElseThrow()));
    }

    private static List<Outcome> outcomes(Peak peak, Solution solution) {
        long smallest = peak.smallest().peak();
        return peak.certificates().stream()
                .<Outcome>map(c -> new Outcome.Infeasible(smallest, solution, c))
                .toList();
    }
}
