package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is searched from the last block on, with less to list for what comes before, is what all labellings say. */
final class LateSearchTest {
    private static final int PROBLEMS = 160;

    /** Every sum of an entry is rounded down. */
    private static final long ROUNDING = 100;

    private static final long MUCH = 1L << 40;
    private static final Effort EFFORT = new Effort(0, 1 << 20, 1 << 20, 0);

    /**
     * A problem in which all directions count as they are.
     *
     * @param fastest labelling within the budget
     * @param slowest one within the budget
     * @param least time of those that are within it at points with a price
     */
    private record Instance(
            Problem problem, long budget, Prices prices, Solution fastest, Solution slowest, long least) {
        static Optional<Instance> of(int seed) {
            Problem problem = RandomProblems.of(seed, true);
            long smallest = Exhaustive.peak(problem);
            if (smallest == Long.MAX_VALUE) {
                return Optional.empty();
            }
            SplittableRandom random = new SplittableRandom(seed);
            long budget = smallest + random.nextInt(30);
            Prices prices = prices(problem, budget, random);
            List<Solution> within = new ArrayList<>();
            long[] least = {Long.MAX_VALUE};
            Exhaustive.forEach(problem, (x, e) -> {
                if (e.peak() <= budget) {
                    within.add(new Solution(Arrays.stream(x).boxed().toList(), e.time(), e.peak()));
                }
                if (prices.points().stream().allMatch(p -> e.memory()[p.block()][p.point()] <= budget)) {
                    least[0] = Math.min(least[0], e.time());
                }
            });
            within.sort(Comparator.comparingLong(Solution::time));
            return Optional.of(
                    new Instance(problem, budget, prices, within.get(0), within.get(within.size() - 1), least[0]));
        }

        /** Those of the highest bound, so that others that add up to more are above what holds; some more points have a small one. */
        private static Prices prices(Problem problem, long budget, SplittableRandom random) {
            Incumbent incumbent = new Incumbent(problem, Goal.time(budget));
            Dual.Result dual = Dual.run(
                            new Chain(problem),
                            incumbent,
                            new Labellings(problem),
                            Prices.FREE,
                            Dual.Stop.at(1e-9),
                            new Work(MUCH))
                    .orElseThrow();
            List<PointPrice> points =
                    new ArrayList<>(dual.relaxation().pricing().prices().points());
            List<SegmentShare> shares = new ArrayList<>();
            for (int b = 0; b < problem.blocks().size(); b++) {
                for (int p = 0; p < problem.block(b).points(); p++) {
                    PointPrice small = new PointPrice(b, p, 1 + random.nextLong(1L << 28));
                    if (random.nextBoolean()
                            && points.stream()
                                    .noneMatch(o -> o.block() == small.block() && o.point() == small.point())) {
                        points.add(small);
                    }
                }
                for (boolean backward : new boolean[] {false, true}) {
                    shares.add(new SegmentShare(b, backward, Prices.whole(random.nextLong(Prices.ONE))));
                }
            }
            return new Prices(points, shares);
        }

        LateSearch search(Incumbent incumbent) {
            Chain chain = new Chain(problem);
            Relaxation relaxation = Relaxation.of(chain, Pricing.of(problem, prices, true));
            return new LateSearch(chain, relaxation, incumbent, EFFORT, new Work(MUCH));
        }

        Incumbent incumbent() {
            return new Incumbent(problem, Goal.time(budget));
        }

        Verdict check(Solution of, long bound) {
            Certificate certificate = new Certificate(budget, true, new Proof.Relaxed(prices, List.of(), bound));
            return Checker.check(problem, budget, new Outcome.Feasible(of, certificate));
        }
    }

    private static List<Instance> instances() {
        List<Instance> instances = new ArrayList<>();
        for (int seed = 0; seed < PROBLEMS; seed++) {
            Instance.of(seed).ifPresent(instances::add);
        }
        return instances;
    }

    @Test
    void findsWhatAllLabellingsTakeAtLeast() {
        int moved = 0;
        for (Instance instance : instances()) {
            long cutoff = instance.fastest().time() + 200;
            long least = instance.search(instance.incumbent())
                    .least(cutoff, instance.budget())
                    .orElseThrow();
            assertTrue(least <= instance.least(), () -> least + " is above " + instance.least());
            assertTrue(least >= instance.least() - ROUNDING, () -> least + " is below " + instance.least());
            moved += instance.prices().points().stream()
                            .anyMatch(p -> !LaterPrices.of(instance.prices(), p.block())
                                    .isEmpty())
                    ? 1
                    : 0;
        }
        assertTrue(moved > PROBLEMS / 4, "moved prices of " + moved);
    }

    @Test
    void provesNothingFasterThanACutoffBelow() {
        for (Instance instance : instances()) {
            long cutoff = instance.least() - ROUNDING;
            assertEquals(
                    Optional.of(cutoff), instance.search(instance.incumbent()).least(cutoff, instance.budget()));
        }
    }

    /** The checker moves prices by itself. */
    @Test
    void theCheckerAcceptsThatAndNoMore() {
        int refused = 0;
        for (Instance instance : instances()) {
            long least = instance.search(instance.incumbent())
                    .least(instance.fastest().time(), instance.budget())
                    .orElseThrow();
            assertInstanceOf(Verdict.Accepted.class, instance.check(instance.fastest(), least));
            if (instance.least() < instance.slowest().time()) {
                // A bound that is not above the time of the labelling is refused for what is found alone.
                assertInstanceOf(Verdict.Rejected.class, instance.check(instance.slowest(), instance.least() + 1));
                refused++;
            }
        }
        assertTrue(refused > PROBLEMS / 4, "refused " + refused);
    }

    @Test
    void fewWaysMakeLabellings() {
        int found = 0;
        for (Instance instance : instances()) {
            Incumbent incumbent = instance.incumbent();
            instance.search(incumbent).some(instance.fastest().time() + 200, instance.budget(), new HashMap<>());
            assertTrue(incumbent.best() >= instance.fastest().time());
            found += incumbent.best() == instance.fastest().time() ? 1 : 0;
        }
        assertTrue(found > PROBLEMS / 4, "found " + found);
    }

    @Test
    void movedPricesAddUpToAsMuch() {
        for (Instance instance : instances()) {
            for (int b = 0; b < instance.problem().blocks().size(); b++) {
                for (Prices moved : LaterPrices.of(instance.prices(), b)) {
                    assertEquals(sum(instance.prices()), sum(moved));
                }
            }
        }
    }

    private static long sum(Prices prices) {
        return prices.points().stream().mapToLong(PointPrice::price).sum();
    }
}
