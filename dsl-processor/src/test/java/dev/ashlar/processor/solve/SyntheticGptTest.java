package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How close the solver comes on chains as large as real ones; bounds are those that the checker accepts. */
final class SyntheticGptTest {
    private static Problem gpt(int layers, double hidden, double outer, double inner) {
        double[] links = {outer * 1e9, inner * 1e9};
        return new SyntheticGpt(new int[] {4, 8}, layers, hidden, 64, 2048, 50304, links).problem();
    }

    private static long smallest(Problem problem) {
        ProvedSolver.Proved none = new ProvedSolver(problem).solve(0, Effort.of(1e-3));
        assertInstanceOf(Verdict.Accepted.class, none.verdict());
        return assertInstanceOf(Outcome.Infeasible.class, none.outcome()).smallestBudget();
    }

    /** The memory of a plan that is bound by no budget. */
    private static long unconstrained(Problem problem) {
        Outcome outcome = Solver.solve(problem, problem.mostMemory(), Effort.of(1e-3));
        return assertInstanceOf(Outcome.Feasible.class, outcome).solution().peak();
    }

    private static double gap(Problem problem, long budget, Effort effort) {
        Verdict verdict = new ProvedSolver(problem).solve(budget, effort).verdict();
        return assertInstanceOf(Verdict.Accepted.class, verdict).gap();
    }

    private static void closes(Problem problem, double gap, Effort effort, double... shares) {
        long least = smallest(problem);
        long most = unconstrained(problem);
        for (double share : shares) {
            long budget = least + (long) ((most - least) * share);
            double found = gap(problem, budget, effort);
            assertTrue(found <= gap, "gap " + found + " at share " + share);
        }
    }

    /** Up to four layers the optimum itself is proved, whatever the sizes and the links. */
    @ParameterizedTest
    @MethodSource("seeds")
    void provesTheOptimumOfAFewLayers(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int layers = 1 + seed % 4;
        double hidden = 1024 << random.nextInt(3);
        double outer = 4 + 20 * random.nextDouble();
        double inner = outer * (1 + 10 * random.nextDouble());
        closes(gpt(layers, hidden, outer, inner), 0, Effort.EXACT, 0, 0.03, 0.1, 0.35, 0.7, 1);
    }

    static IntStream seeds() {
        return IntStream.range(0, 8);
    }

    @ParameterizedTest
    @CsvSource({"8,12,12", "12,25,300", "12,12,12", "12,25,12"})
    void closesTheGapOfTwelveLayers(int layers, double outer, double inner) {
        closes(gpt(layers, 4096, outer, inner), 1e-3, Effort.EXACT, 0.02, 0.05, 0.3, 0.6);
    }

    /** Steep trades of time for memory: their prices are high, and nothing may cap them. */
    @ParameterizedTest
    @CsvSource({"24,12,12", "48,12,12", "24,25,12", "48,25,300"})
    void closesTheGapNearTheSmallestBudget(int layers, double outer, double inner) {
        closes(gpt(layers, 4096, outer, inner), 1e-3, Effort.of(1e-3), 0.05, 0.15);
    }

    /** Here the best plan changes its layout in the middle, and no column of the dual does. */
    @ParameterizedTest
    @CsvSource({"4,24", "4,48", "8,24", "8,48"})
    void closesTheGapWhereTheLayoutChanges(int outerDevices, int layers) {
        int[] mesh = {outerDevices, 8};
        Problem problem = new SyntheticGpt(mesh, layers, 4096, 64, 2048, 50304, new double[] {25e9, 12e9}).problem();
        closes(problem, 1e-3, Effort.of(1e-3), 0.35);
    }

    /** Where layouts cost most to change, two columns of the dual joined at one cut are near the bound. */
    @Test
    void joinedColumnsAreNearTheBound() {
        Problem problem = gpt(48, 4096, 25, 12);
        long least = smallest(problem);
        long more = unconstrained(problem) - least;
        for (int percent = 5; percent < 100; percent += 10) {
            long budget = least + more * percent / 100;
            Chain chain = new Chain(problem);
            Incumbent incumbent = new Incumbent(problem, Goal.time(budget));
            Dual.Result dual = Dual.run(
                            chain, incumbent, new Labellings(problem), Prices.FREE, Dual.Stop.at(1e-6), new Work(1))
                    .orElseThrow();
            Primal primal = new Primal(chain, incumbent);
            primal.splice(dual);
            primal.bridge(dual);
            int[] x = incumbent.labels().orElseThrow();
            assertTrue(Evaluation.of(problem, x).peak() <= budget);
            assertTrue(incumbent.best() <= dual.relaxation().bound(budget) * 1.001, percent + " %");
        }
    }

    @Test
    void mostMemoryIsThatOfOneTimePoint() {
        BlockBuilder builder = Block.builder("one", 1, 1);
        int node = builder.node(2);
        builder.add(Quantity.STATIC, node, 3, 1);
        builder.add(Quantity.KEPT, node, 0, 2);
        builder.live(0, node, 10, 20);
        builder.live(1, node, 7, 30);
        assertEquals(3 + 2 + 30, Problem.of(List.of(builder.build())).mostMemory());
    }
}
