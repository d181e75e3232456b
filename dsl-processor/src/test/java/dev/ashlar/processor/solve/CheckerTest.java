package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Proof.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whatever is changed in a certificate or a labelling so that it no longer holds is refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CheckerTest {
    private static final int SEEDS = 60;
    private static final Effort WITHOUT_SEARCH = new Effort(0, 0, 0, 2);

    private final List<Solved> exact = solved(Effort.EXACT, 30);
    private final List<Solved> withoutSearch = solved(WITHOUT_SEARCH, 30);

    private record Solved(Problem problem, long budget, Outcome.Feasible outcome, long optimum) {}

    /** @param room budgets are above the smallest by less than this */
    private static List<Solved> solved(Effort effort, int room) {
        List<Solved> all = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            Problem problem = RandomProblems.of(seed);
            long smallest = Exhaustive.peak(problem);
            if (smallest < Long.MAX_VALUE) {
                long budget = smallest + seed % room;
                Outcome outcome = Solver.solve(problem, budget, effort);
                if (outcome instanceof Outcome.Feasible feasible) {
                    all.add(new Solved(problem, budget, feasible, Exhaustive.time(problem, budget)));
                }
            }
        }
        assertTrue(all.size() > SEEDS / 2);
        return List.copyOf(all);
    }

    private static Verdict check(Solved solved, Solution solution, Proof proof) {
        Certificate certificate = new Certificate(solved.budget(), true, proof);
        return Checker.check(solved.problem(), solved.budget(), new Outcome.Feasible(solution, certificate));
    }

    private static void refused(Verdict verdict) {
        assertInstanceOf(Verdict.Rejected.class, verdict);
    }

    /** Two sums each of which has its most at a point of its own: they never come together, and the labelling is within the budget. */
    @Test
    void mostsOfDifferentPointsAreNotAddedUp() {
        BlockBuilder builder = Block.builder("block", 3, 0);
        int a = builder.node(2);
        int b = builder.node(2);
        int c = builder.node(2);
        builder.liveTable(1, new int[] {a, c}, new long[] {10, 10, 0, 0});
        builder.liveTable(2, new int[] {b, c}, new long[] {10, 10, 0, 0});
        builder.addTable(Quantity.TIME, new int[] {a, c}, new long[] {1, 1, 30, 30});
        builder.addTable(Quantity.TIME, new int[] {b, c}, new long[] {1, 1, 30, 30});
        Problem problem = Problem.of(List.of(builder.build()));
        Outcome.Feasible found = (Outcome.Feasible) Solver.solve(problem, 12, Effort.EXACT);
        assertEquals(2, found.solution().time());
        Solution slow = new Solution(List.of(1, 1, 0), 60, 0);
        Proof wrong = new Proof.Search(Prices.FREE, 31);
        refused(Checker.check(problem, 12, new Outcome.Feasible(slow, new Certificate(12, true, wrong))));
    }

    @Test
    void refusesOtherLabels() {
        for (Solved s : exact) {
            Solution solution = s.outcome().solution();
            for (int v = 0; v < solution.labels().size(); v++) {
                List<Integer> labels = new ArrayList<>(solution.labels());
                labels.set(v, labels.get(v) + 1);
                Solution other = new Solution(labels, solution.time(), solution.peak());
                boolean exists = labels.get(v) < s.problem().labels(v);
                int[] x = labels.stream().mapToInt(Integer::intValue).toArray();
                boolean same = exists
                        && Evaluation.of(s.problem(), x).time() == solution.time()
                        && Evaluation.of(s.problem(), x).peak() == solution.peak();
                Verdict verdict = check(s, other, s.outcome().certificate().proof());
                assertEquals(same, verdict instanceof Verdict.Accepted, verdict.toString());
            }
        }
    }

    @Test
    void refusesOtherFigures() {
        for (Solved s : exact) {
            Solution solution = s.outcome().solution();
            Proof proof = s.outcome().certificate().proof();
            refused(check(s, new Solution(solution.labels(), solution.time() - 1, solution.peak()), proof));
            refused(check(s, new Solution(solution.labels(), solution.time(), solution.peak() - 1), proof));
            Outcome.Feasible other = new Outcome.Feasible(solution, new Certificate(s.budget(), false, proof));
            refused(Checker.check(s.problem(), s.budget(), other));
            refused(Checker.check(s.problem(), s.budget() - 1, s.outcome()));
        }
    }

    @Test
    void refusesAHigherBound() {
        for (List<Solved> solved : List.of(exact, withoutSearch)) {
            for (Solved s : solved) {
                Proof higher = mapped(s.outcome().certificate().proof(), proof -> {
                    if (proof instanceof Proof.Dual dual) {
                        return new Proof.Dual(dual.prices(), s.optimum() + 1);
                    }
                    if (proof instanceof Proof.Narrow narrow) {
                        return new Proof.Narrow(narrow.prices(), s.optimum() + 1, narrow.rest());
                    }
                    if (proof instanceof Proof.Fit) {
                        return proof;
                    }
                    if (proof instanceof Proof.Relaxed relaxed) {
                        return new Proof.Relaxed(relaxed.prices(), relaxed.raises(), s.optimum() + 1);
                    }
                    return new Proof.Search(((Proof.Search) proof).prices(), s.optimum() + 1);
                });
                Solution slow = slowest(s);
                refused(check(s, slow, higher));
            }
        }
    }

    /** A labelling within the budget that is not the fastest, so that the bound alone can be wrong. */
    private static Solution slowest(Solved s) {
        Solution[] slowest = {s.outcome().solution()};
        Exhaustive.forEach(s.problem(), (x, e) -> {
            if (e.peak() <= s.budget() && e.time() > slowest[0].time()) {
                List<Integer> labels = new ArrayList<>();
                for (int label : x) {
                    labels.add(label);
                }
                slowest[0] = new Solution(labels, e.time(), e.peak());
            }
        });
        return slowest[0];
    }

    @Test
    void refusesPricesThatDoNotGiveTheBound() {
        int changed = 0;
        for (Solved s : withoutSearch) {
            if (s.outcome().certificate().proof() instanceof Proof.Dual dual
                    && !dual.prices().points().isEmpty()) {
                PointPrice first = dual.prices().points().get(0);
                Prices free = new Prices(List.of(), dual.prices().segments());
                long least = Exhaustive.time(s.problem(), Long.MAX_VALUE);
                if (least < dual.bound()) {
                    changed++;
                    refused(check(s, s.outcome().solution(), new Proof.Dual(free, dual.bound())));
                }
                Prices negative = new Prices(List.of(new PointPrice(first.block(), first.point(), -1)), List.of());
                refused(check(s, s.outcome().solution(), new Proof.Dual(negative, 0)));
                Prices nowhere = new Prices(List.of(new PointPrice(99, 0, 1)), List.of());
                refused(check(s, s.outcome().solution(), new Proof.Dual(nowhere, 0)));
            }
        }
        assertTrue(changed > 3, "only " + changed);
    }

    @Test
    void refusesATreeWithoutALeaf() {
        int splits = 0;
        for (Solved s : exact) {
            Proof leaf = s.outcome().certificate().proof();
            int variable = 0;
            List<Case> cases = new ArrayList<>();
            for (int label = 0; label < s.problem().labels(variable); label++) {
                cases.add(new Case(List.of(label), leaf));
            }
            assertInstanceOf(
                    Verdict.Accepted.class, check(s, s.outcome().solution(), new Proof.Split(variable, cases)));
            for (int k = 0; k < cases.size(); k++) {
                List<Case> fewer = new ArrayList<>(cases);
                fewer.remove(k);
                refused(check(s, s.outcome().solution(), new Proof.Split(variable, fewer)));
                splits++;
            }
        }
        assertTrue(splits > SEEDS, "only " + splits);
    }

    @Test
    void refusesOtherCosts() {
        for (Solved s : exact) {
            List<Block> blocks = new ArrayList<>(s.problem().blocks());
            Block last = blocks.get(blocks.size() - 1);
            BlockBuilder dearer =
                    Block.builder(last.name(), last.forwardPoints(), last.points() - last.forwardPoints());
            for (int node = 0; node < last.nodes(); node++) {
                int unused = node < last.entries() ? dearer.entry(last.labels(node)) : dearer.node(last.labels(node));
                assertEquals(node, unused);
            }
            blocks.set(blocks.size() - 1, dearer.build());
            Problem other = Problem.of(blocks);
            Verdict verdict = Checker.check(other, s.budget(), s.outcome());
            int[] x = s.outcome().solution().labels().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            boolean same =
                    Evaluation.of(other, x).time() == s.outcome().solution().time();
            assertTrue(same || verdict instanceof Verdict.Rejected);
        }
    }

    @Test
    void refusesAnInfeasibilityThatIsNone() {
        for (Solved s : exact) {
            long smallest = Exhaustive.peak(s.problem());
            if (smallest == 0) {
                continue;
            }
            Outcome.Infeasible infeasible =
                    assertInstanceOf(Outcome.Infeasible.class, Solver.solve(s.problem(), smallest - 1, Effort.EXACT));
            Proof proof = infeasible.certificate().proof();
            Certificate more = new Certificate(smallest, false, proof);
            refused(Checker.check(s.problem(), new Outcome.Infeasible(smallest, infeasible.solution(), more)));
            Solution slow = slowest(s);
            refused(Checker.check(s.problem(), new Outcome.Infeasible(s.budget() + 1, slow, more)));
        }
    }

    @Test
    void refusesASplitByALabelThatDoesNotExist() {
        for (Solved s : exact) {
            Proof leaf = s.outcome().certificate().proof();
            for (int label : new int[] {-1, s.problem().labels(0)}) {
                List<Integer> labels = new ArrayList<>(List.of(label));
                for (int other = 0; other < s.problem().labels(0); other++) {
                    labels.add(other);
                }
                refused(check(s, s.outcome().solution(), new Proof.Split(0, List.of(new Case(labels, leaf)))));
            }
        }
    }

    /** A right certificate whose search is longer than the checker's patience is not a wrong one. */
    @Test
    void saysThatASearchIsTooLarge() {
        int large = 0;
        for (Solved s : exact) {
            Verdict verdict = Checker.check(s.problem(), s.budget(), s.outcome(), 0);
            boolean searched = false;
            for (int most = 1; verdict instanceof Verdict.TooLarge; most *= 2) {
                searched = true;
                verdict = Checker.check(s.problem(), s.budget(), s.outcome(), most);
            }
            assertInstanceOf(Verdict.Accepted.class, verdict);
            large += searched ? 1 : 0;
            Proof.Search higher = new Proof.Search(Prices.FREE, s.optimum() + 1);
            Certificate certificate = new Certificate(s.budget(), true, higher);
            Outcome.Feasible wrong = new Outcome.Feasible(slowest(s), certificate);
            assertInstanceOf(Verdict.TooLarge.class, Checker.check(s.problem(), s.budget(), wrong, 0));
            refused(Checker.check(s.problem(), s.budget(), wrong));
        }
        assertTrue(large > 3, "only " + large);
    }

    /** Sums that leave a long prove nothing and disprove nothing. */
    @Test
    void saysThatNumbersAreTooLarge() {
        for (Solved s : exact) {
            for (int b = 0; b < s.problem().blocks().size(); b++) {
                if (s.problem().block(b).points() > 1) {
                    PointPrice first = new PointPrice(b, 0, Long.MAX_VALUE);
                    PointPrice second = new PointPrice(b, 1, Long.MAX_VALUE);
                    Prices huge = new Prices(List.of(first, second), List.of());
                    Verdict verdict = check(s, s.outcome().solution(), new Proof.Dual(huge, 0));
                    assertInstanceOf(Verdict.TooLarge.class, verdict);
                }
            }
        }
    }

    /** With less patience the bound is weaker, and still one that the checker accepts. */
    @Test
    void whatIsTooLargeIsProvedWithLessSearch() {
        int weaker = 0;
        for (Solved s : exact) {
            ProvedSolver.Proved proved = new ProvedSolver(s.problem(), 0).solve(s.budget(), Effort.EXACT);
            Verdict.Accepted accepted = assertInstanceOf(Verdict.Accepted.class, proved.verdict());
            assertTrue(accepted.lowerBound() <= s.optimum() && accepted.time() >= s.optimum());
            weaker += accepted.lowerBound() < s.optimum() ? 1 : 0;
        }
        assertTrue(weaker > 3, "only " + weaker);
    }

    /** Prices, limits, and what is behind labels that were left out: a bound that is too high is never accepted. */
    @Test
    void refusesWrongProofs() {
        int narrowed = 0;
        int fitted = 0;
        List<Solved> all = new ArrayList<>(exact);
        all.addAll(solved(Effort.EXACT, 1));
        for (Solved s : all) {
            Proof proof = s.outcome().certificate().proof();
            narrowed += proof.toString().contains("Narrow[") ? 1 : 0;
            fitted += proof.toString().contains("Fit[") ? 1 : 0;
            Solution slow = slowest(s);
            Mutations.of(s.problem(), proof, s.optimum() + 1).forEach((change, wrong) -> {
                if (check(s, slow, wrong) instanceof Verdict.Accepted accepted) {
                    assertTrue(accepted.lowerBound() <= s.optimum(), change);
                }
            });
        }
        assertTrue(narrowed > 20, "only " + narrowed + " narrowed");
        assertTrue(fitted > 5, "only " + fitted + " fitted");
    }

    /** Labels go only where prices rule them out, so that the optimum is left. */
    @Test
    void refusesToLeaveOutTheOptimum() {
        for (Solved s : exact) {
            Solution slow = slowest(s);
            Proof nothing = new Proof.Dual(Prices.FREE, s.optimum() + 1);
            for (int b = 0; b < s.problem().blocks().size(); b++) {
                for (int p = 0; p < s.problem().block(b).points(); p++) {
                    for (long price : new long[] {0, Prices.ONE, 64 * Prices.ONE}) {
                        Prices prices = new Prices(List.of(new PointPrice(b, p, price)), List.of());
                        refused(check(s, slow, new Proof.Narrow(prices, s.optimum() + 1, nothing)));
                        refused(check(s, slow, new Proof.Fit(prices, nothing)));
                    }
                }
            }
        }
    }

    private static Proof mapped(Proof proof, Function<Proof, Proof> leaf) {
        if (proof instanceof Proof.Split split) {
            return new Proof.Split(
                    split.variable(),
                    split.cases().stream()
                            .map(c -> new Case(c.labels(), mapped(c.proof(), leaf)))
                            .toList());
        }
        if (proof instanceof Proof.Narrow narrow) {
            Proof rest = mapped(narrow.rest(), leaf);
            return leaf.apply(new Proof.Narrow(narrow.prices(), narrow.limit(), rest));
        }
        if (proof instanceof Proof.Fit fit) {
            return leaf.apply(new Proof.Fit(fit.prices(), mapped(fit.rest(), leaf)));
        }
        return leaf.apply(proof);
    }
}
