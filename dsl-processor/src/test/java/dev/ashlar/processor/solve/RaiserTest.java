package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is raised where directions count as they are is a bound still, and what was listed for it makes labellings. */
final class RaiserTest {
    private static final int PROBLEMS = 120;
    private static final long MUCH = 1L << 40;
    private static final long HARDLY = 50;

    /** A problem, a budget that some labelling meets, and prices of one point at most in each direction of a block. */
    private record Instance(Problem problem, long budget, long optimum, Prices prices) {
        static Optional<Instance> of(int seed) {
            Problem problem = RandomProblems.of(seed, true);
            long smallest = Exhaustive.peak(problem);
            if (smallest == Long.MAX_VALUE) {
                return Optional.empty();
            }
            SplittableRandom random = new SplittableRandom(seed);
            long budget = smallest + random.nextInt(30);
            return Optional.of(
                    new Instance(problem, budget, Exhaustive.time(problem, budget), prices(problem, random)));
        }

        private static Prices prices(Problem problem, SplittableRandom random) {
            List<PointPrice> points = new ArrayList<>();
            List<SegmentShare> shares = new ArrayList<>();
            for (int b = 0; b < problem.blocks().size(); b++) {
                int forward = problem.block(b).forwardPoints();
                if (forward > 0 && random.nextBoolean()) {
                    points.add(new PointPrice(b, random.nextInt(forward), random.nextLong(2L << 32)));
                }
                for (boolean backward : new boolean[] {false, true}) {
                    shares.add(new SegmentShare(b, backward, Prices.whole(random.nextLong(Prices.ONE))));
                }
            }
            return new Prices(points, shares);
        }

        Relaxation relaxation(Chain chain) {
            return Relaxation.of(chain, Pricing.of(problem, prices, true));
        }

        /** The most that a labelling comes to that takes hardly longer than the fastest. */
        long slack(Relaxation relaxation) {
            return optimum + HARDLY + relaxation.pricing().worth(budget) - 1;
        }

        /** One that has raised as far as that. */
        Raiser raiser(Chain chain, Relaxation relaxation, Ways ways) {
            Raiser raiser = new Raiser(chain, relaxation, ways, new Work(MUCH));
            raiser.raise(slack(relaxation), MUCH);
            return raiser;
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
    void aRaisedBoundIsHigherAndNeverAboveTheOptimum() {
        int higher = 0;
        for (Instance instance : instances()) {
            Chain chain = new Chain(instance.problem());
            Relaxation before = instance.relaxation(chain);
            Raiser raiser = instance.raiser(chain, before, new Ways(chain));
            long bound = raiser.relaxation().bound(instance.budget());
            assertTrue(bound >= before.bound(instance.budget()));
            assertTrue(bound <= instance.optimum(), () -> bound + " is above " + instance.optimum());
            higher += bound > before.bound(instance.budget()) ? 1 : 0;
        }
        assertTrue(higher > PROBLEMS / 4, "raised " + higher + " of " + PROBLEMS);
    }

    /** The cheapest is at least what is known of all, and is what its labelling comes to. */
    @Test
    void waysThatWereListedMakeLabellings() {
        int made = 0;
        for (Instance instance : instances()) {
            Chain chain = new Chain(instance.problem());
            Relaxation before = instance.relaxation(chain);
            Ways ways = new Ways(chain);
            instance.raiser(chain, before, ways);
            ways.add(before, instance.slack(before));
            Optional<Ways.Least> least = ways.least(before.pricing());
            if (least.isPresent()) {
                Evaluation evaluation =
                        Evaluation.of(instance.problem(), least.get().labels());
                assertTrue(evaluation.time() != Evaluation.FORBIDDEN);
                assertTrue(least.get().sum() >= before.least());
                assertTrue(least.get().sum() - before.pricing().worth(evaluation.peak()) <= evaluation.time());
                made++;
            }
        }
        assertTrue(made > PROBLEMS / 2, "made " + made + " of " + PROBLEMS);
    }

    /** Prices are never worse than those it begins with, and what they come to holds for all that the ways make. */
    @Test
    void pricesAmongKnownWaysAreABoundOnWhatTheyMake() {
        for (Instance instance : instances()) {
            Chain chain = new Chain(instance.problem());
            Relaxation before = instance.relaxation(chain);
            Ways ways = new Ways(chain);
            Exhaustive.forEach(instance.problem(), (x, e) -> {
                if (e.peak() <= instance.budget() && e.time() == instance.optimum()) {
                    ways.add(x);
                }
            });
            Incumbent incumbent = new Incumbent(instance.problem(), Goal.time(instance.budget()));
            RaisedDual dual = new RaisedDual(instance.problem(), incumbent, ways, instance.prices());
            RaisedDual.Expected expected = dual.solve(instance.prices()).orElseThrow();
            long first = ways.least(before.pricing()).orElseThrow().sum()
                    - before.pricing().worth(instance.budget());
            assertTrue(expected.bound() >= first);
            assertTrue(expected.bound() <= instance.optimum());
            assertTrue(incumbent.best() >= instance.optimum());
            dual.columns().forEach(c -> assertTrue(c.evaluation().time() != Evaluation.FORBIDDEN));
        }
    }
}
