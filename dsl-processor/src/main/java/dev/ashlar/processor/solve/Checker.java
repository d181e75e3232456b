package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Re-derives in integers what a plan claims: its time, its memory and the bound. Shares no code with the solver. */
public final class Checker {
    /** Partial labellings that one search tries before it is given up. */
    static final int MOST_TRIED = 8_000_000;

    private final Problem problem;
    private final int mostTried;
    private final CheckedShapes shapes;
    /** What all labellings come to at least at prices of times. */
    private final Map<Prices, Long> least = new ConcurrentHashMap<>();

    /**
     * A checker of any number of claims about one problem.
     *
     * @param shapes of blocks that are known already
     * @param mostTried partial labellings that one search tries before it is given up
     */
    Checker(Problem problem, CheckedShapes shapes, int mostTried) {
        this.problem = problem;
        this.shapes = shapes;
        this.mostTried = mostTried;
    }

    /**
     * Checks a labelling, that it is within the budget, and that no other within it is faster than the certificate's bound.
     *
     * @param budget that was asked for
     */
    public static Verdict check(Problem problem, long budget, Outcome.Feasible outcome) {
        return check(problem, budget, outcome, MOST_TRIED);
    }

    /** The same with another limit. */
    static Verdict check(Problem problem, long budget, Outcome.Feasible outcome, int mostTried) {
        return new Checker(problem, new CheckedShapes(), mostTried).check(budget, outcome);
    }

    /** Checks a labelling, that it is within the smallest budget, and that nothing is within the certificate's budget. */
    public static Verdict check(Problem problem, Outcome.Infeasible outcome) {
        return new Checker(problem, new CheckedShapes(), MOST_TRIED).check(outcome);
    }

    /** See {@link #check(Problem, long, Outcome.Feasible)}. */
    Verdict check(long budget, Outcome.Feasible outcome) {
        Certificate certificate = outcome.certificate();
        if (certificate.budget() != budget || !certificate.timed()) {
            return new Verdict.Rejected("the certificate is for another budget or goal");
        }
        return check(budget, outcome.solution(), certificate);
    }

    /** See {@link #check(Problem, Outcome.Infeasible)}. */
    Verdict check(Outcome.Infeasible outcome) {
        Certificate certificate = outcome.certificate();
        if (certificate.timed() || certificate.budget() >= outcome.smallestBudget()) {
            return new Verdict.Rejected("the certificate rules out the labelling or has another goal");
        }
        return check(outcome.smallestBudget(), outcome.solution(), certificate);
    }

    /** What a certificate proves of the times within its budget, in 2^-20 ns. */
    long provedTime(Certificate certificate) {
        if (!certificate.timed()) {
            throw new IllegalArgumentException("the certificate is not about times");
        }
        return bound(certificate.proof(), certificate, everything());
    }

    /** Checks that the tables forbid every labelling. */
    Verdict checkContradiction() {
        try {
            CheckedPrices prices = new CheckedPrices(problem, Prices.FREE, true);
            CheckedChain chain = new CheckedChain(problem, shapes, prices, everything());
            return chain.least() == CheckedTable.FORBIDDEN
                    ? new Verdict.Accepted(0, 0, 0)
                    : new Verdict.Rejected("some labelling is allowed");
        } catch (ArithmeticException e) {
            return new Verdict.TooLarge(String.valueOf(e.getMessage()));
        }
    }

    private BitSet[] everything() {
        BitSet[] all = new BitSet[problem.variables()];
        Arrays.setAll(all, v -> all(problem.labels(v)));
        return all;
    }

    private Verdict check(long budget, Solution solution, Certificate certificate) {
        try {
            long[] found = evaluate(solution.labels());
            if (found[0] != solution.time() || found[1] != solution.peak()) {
                return new Verdict.Rejected("time or peak of the labelling is another");
            }
            if (found[1] > budget) {
                return new Verdict.Rejected("the labelling exceeds the budget");
            }
            long bound = certificate.budget() < 0 ? 0 : bound(certificate.proof(), certificate, everything());
            if (!certificate.timed()) {
                boolean proved = certificate.budget() < 0 || bound >= 1;
                return proved
                        ? new Verdict.Accepted(found[0], found[1], 0)
                        : new Verdict.Rejected("some labelling may be within the certificate's budget");
            }
            return bound > found[0]
                    ? new Verdict.Rejected("the bound is above the labelling's time")
                    : new Verdict.Accepted(found[0], found[1], bound);
        } catch (IllegalArgumentException e) {
            return new Verdict.Rejected(String.valueOf(e.getMessage()));
        } catch (ArithmeticException e) {
            return new Verdict.TooLarge(String.valueOf(e.getMessage()));
        }
    }

    private static BitSet all(int labels) {
        BitSet all = new BitSet();
        all.set(0, labels);
        return all;
    }

    /** Time and peak. */
    private long[] evaluate(List<Integer> labels) {
        int n = problem.blocks().size();
        require(labels.size() == problem.variables(), "the labelling has not one label for every node");
        for (int v = 0; v < labels.size(); v++) {
            require(labels.get(v) >= 0 && labels.get(v) < problem.labels(v), "there is no such label");
        }
        long[][] sums = new long[n][];
        for (int b = 0; b < n; b++) {
            sums[b] = sums(b, labels);
        }
        long time = 0;
        long fixed = 0;
        long gradients = 0;
        for (long[] s : sums) {
            time = Math.addExact(time, s[Quantity.TIME.ordinal()]);
            time = Math.addExact(time, segment(s[1], s[2]));
            time = Math.addExact(time, segment(s[3], s[4]));
            fixed = Math.addExact(fixed, s[Quantity.STATIC.ordinal()]);
            gradients = Math.addExact(gradients, s[Quantity.GRADIENT.ordinal()]);
        }
        long peak = 0;
        for (int b = 0; b < n; b++) {
            Block block = problem.blocks().get(b);
            gradients -= sums[b][Quantity.GRADIENT.ordinal()];
            for (int p = 0; p < block.points(); p++) {
                long later = p < block.forwardPoints() ? 0 : gradients;
                long live = Math.addExact(later, sums[b][Quantity.ofPoint(p)]);
                peak = Math.max(peak, Math.addExact(fixed, live));
            }
            fixed = Math.addExact(fixed, sums[b][Quantity.KEPT.ordinal()]);
        }
        return new long[] {time, peak};
    }

    private long[] sums(int b, List<Integer> labels) {
        Block block = problem.blocks().get(b);
        long[] sums = new long[Quantity.ofPoint(block.points())];
        for (Factor factor : block.factors()) {
            int entry = 0;
            for (int node : factor.scope()) {
                entry = entry * block.labels(node) + labels.get(problem.variable(b, node));
            }
            require(!factor.forbidden(entry), "the labelling is forbidden in block '" + block + "'");
            for (int q = 0; q < sums.length; q++) {
                sums[q] = Math.addExact(sums[q], factor.amount(q, entry));
            }
        }
        return sums;
    }

    private long segment(long compute, long async) {
        long slowed = Math.multiplyExact(async / problem.slowdownDenominator(), problem.slowdownNumerator());
        long rest = async % problem.slowdownDenominator() * problem.slowdownNumerator();
        slowed = Math.addExact(slowed, rest / problem.slowdownDenominator());
        return Math.max(Math.addExact(compute, slowed), async);
    }

    /** The proved bound of a tree; a claim that does not hold is an exception. */
    private long bound(Proof proof, Certificate certificate, BitSet[] allowed) {
        if (proof instanceof Proof.Split split) {
            return split(split, certificate, allowed);
        }
        if (proof instanceof Proof.Narrow narrow) {
            return Math.min(narrow.limit(), narrowed(narrow, certificate, allowed));
        }
        if (proof instanceof Proof.Fit fit) {
            return bound(fit.rest(), certificate, narrowed(fit.prices(), false, 1, certificate, allowed));
        }
        if (proof instanceof Proof.Dual dual) {
            CheckedPrices prices = new CheckedPrices(problem, dual.prices(), certificate.timed());
            boolean all = certificate.timed() && Arrays.equals(allowed, everything());
            long sum = all ? least.computeIfAbsent(dual.prices(), p -> least(prices, allowed)) : least(prices, allowed);
            require(sum - prices.budget(certificate.budget()) >= dual.bound(), "the prices do not give the bound");
            return dual.bound();
        }
        require(findsNothing(proof, certificate, allowed), "a labelling below the bound exists");
        return proof.bound();
    }

    private long least(CheckedPrices prices, BitSet[] allowed) {
        return new CheckedChain(problem, shapes, prices, allowed).least();
    }

    private long narrowed(Proof.Narrow narrow, Certificate certificate, BitSet[] allowed) {
        BitSet[] left = narrowed(narrow.prices(), certificate.timed(), narrow.limit(), certificate, allowed);
        return bound(narrow.rest(), certificate, left);
    }

    /** Labels with which some priced sum, less what the budget costs, is below the limit. */
    private BitSet[] narrowed(Prices prices, boolean timed, long below, Certificate certificate, BitSet[] allowed) {
        CheckedPrices checked = new CheckedPrices(problem, prices, timed);
        long limit = Math.addExact(below, checked.budget(certificate.budget()));
        if (limit >= CheckedTable.FORBIDDEN) {
            throw new ArithmeticException("priced sums are too large");
        }
        return new CheckedChain(problem, shapes, checked, allowed).below(limit);
    }

    /** Whether a search finds no labelling within the budget that is faster than the bound. */
    private boolean findsNothing(Proof proof, Certificate certificate, BitSet[] allowed) {
        boolean relaxed = proof instanceof Proof.Relaxed;
        Prices of = proof instanceof Proof.Relaxed r ? r.prices() : ((Proof.Search) proof).prices();
        List<Proof.Raise> raises = proof instanceof Proof.Relaxed r ? r.raises() : List.of();
        require(raises.isEmpty() || certificate.timed(), "blocks are raised where times do not count");
        long budget = certificate.budget();
        CheckedPrices prices = new CheckedPrices(problem, of, certificate.timed());
        CheckedChain chain = new CheckedChain(problem, shapes, prices, allowed);
        // A labelling within the budget costs at most what it takes and what the budget costs.
        long limit = Math.addExact(proof.bound(), prices.budget(budget));
        if (chain.least() >= limit) {
            return true;
        }
        if (limit >= CheckedTable.FORBIDDEN) {
            throw new ArithmeticException("priced sums are too large");
        }
        return new CheckedSearch(problem, prices, chain, budget, proof.bound(), relaxed, raises, mostTried)
                .findsNothing();
    }

    private long split(Proof.Split split, Certificate certificate, BitSet[] allowed) {
        int variable = split.variable();
        require(variable >= 0 && variable < problem.variables(), "a split is of no node");
        BitSet covered = new BitSet();
        long least = Long.MAX_VALUE;
        for (Proof.Case one : split.cases()) {
            BitSet[] narrower = allowed.clone();
            narrower[variable] = new BitSet();
            for (int label : one.labels()) {
                require(label >= 0 && label < problem.labels(variable), "a split is by a label that does not exist");
                narrower[variable].set(label);
            }
            covered.or(narrower[variable]);
            narrower[variable].and(allowed[variable]);
            least = Math.min(least, bound(one.proof(), certificate, narrower));
        }
        covered.and(allowed[variable]);
        require(covered.equals(allowed[variable]), "a split leaves labels out");
        return least;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
