package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Elimination is exact for the priced problem, and its bound never exceeds the optimum. */
final class RelaxationTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void equalsBruteForce(int part) {
        for (int k = 0; k < 10; k++) {
            Problem problem = RandomProblems.of(100L * part + k);
            Pricing pricing = Pricing.of(problem, prices(problem, k), true);
            Relaxation relaxation = Relaxation.of(new Chain(problem), pricing);
            long[] least = {FixedPoint.INFINITE};
            Exhaustive.forEach(problem, (x, e) -> least[0] = Math.min(least[0], priced(problem, pricing, x)));
            assertEquals(least[0], relaxation.least(), "seed " + part + "/" + k);
            if (least[0] < FixedPoint.INFINITE) {
                assertEquals(least[0], priced(problem, pricing, relaxation.labelling()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void boundsTheOptimum(int part) {
        for (int k = 0; k < 10; k++) {
            Problem problem = RandomProblems.of(1000L + 100L * part + k);
            long smallest = Exhaustive.peak(problem);
            for (long budget = smallest; smallest < Long.MAX_VALUE && budget < smallest + 60; budget += 17) {
                long optimum = Exhaustive.time(problem, budget);
                Incumbent incumbent = new Incumbent(problem, Goal.time(budget));
                long bound = Dual.run(
                                new Chain(problem),
                                incumbent,
                                new Labellings(problem),
                                Prices.FREE,
                                Dual.Stop.at(1e-6),
                                new Work(1))
                        .orElseThrow()
                        .relaxation()
                        .bound(budget);
                assertTrue(bound <= optimum, bound + " > " + optimum);
                assertTrue(incumbent.best() >= optimum);
            }
        }
    }

    private static Prices prices(Problem problem, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<PointPrice> points = new ArrayList<>();
        List<SegmentShare> shares = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            for (int p = 0; p < problem.block(b).points(); p++) {
                points.add(new PointPrice(b, p, random.nextLong(20L << 32)));
            }
            shares.add(new SegmentShare(b, random.nextBoolean(), random.nextLong(Prices.ONE)));
        }
        return new Prices(points, shares);
    }

    private static long priced(Problem problem, Pricing pricing, int[] x) {
        long sum = 0;
        for (int b = 0; b < problem.blocks().size(); b++) {
            for (Factor factor : problem.block(b).factors()) {
                int entry = Evaluation.entry(problem, b, factor, x);
                for (int q : factor.used()) {
                    sum += FixedPoint.down(factor.amount(q, entry), pricing.coefficients(b)[q]);
                }
            }
        }
        return sum;
    }
}
