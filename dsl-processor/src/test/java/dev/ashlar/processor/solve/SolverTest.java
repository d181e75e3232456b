package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The solver's optimum is the one of exhaustive search, and the checker agrees. */
final class SolverTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void equalsExhaustiveSearch(int part) {
        for (int seed = 30 * part; seed < 30 * part + 30; seed++) {
            Problem problem = RandomProblems.of(seed);
            long smallest = Exhaustive.peak(problem);
            if (smallest == Long.MAX_VALUE) {
                ProvedSolver.Proved proved = new ProvedSolver(problem).solve(1000, Effort.EXACT);
                assertInstanceOf(Outcome.Contradiction.class, proved.outcome(), "seed " + seed);
                assertInstanceOf(Verdict.Accepted.class, proved.verdict(), "seed " + seed);
                continue;
            }
            for (long budget : new long[] {smallest, smallest + 7, smallest + 40, smallest + 1000}) {
                feasible(problem, budget, "seed " + seed + " budget " + budget);
            }
        }
    }

    private static void feasible(Problem problem, long budget, String where) {
        long optimum = Exhaustive.time(problem, budget);
        ProvedSolver.Proved proved = new ProvedSolver(problem).solve(budget, Effort.EXACT);
        Outcome.Feasible feasible = assertInstanceOf(Outcome.Feasible.class, proved.outcome(), where);
        Verdict.Accepted accepted = assertInstanceOf(Verdict.Accepted.class, proved.verdict(), where);
        assertAll(
                where,
                () -> assertEquals(optimum, feasible.solution().time()),
                () -> assertEquals(optimum, feasible.certificate().bound()),
                () -> assertEquals(0, feasible.gap()),
                () -> assertEquals(optimum, accepted.time()),
                () -> assertEquals(optimum, accepted.lowerBound()),
                () -> assertTrue(accepted.peak() <= budget));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void findsTheSmallestBudget(int part) {
        for (int seed = 30 * part; seed < 30 * part + 30; seed++) {
            Problem problem = RandomProblems.of(seed);
            long smallest = Exhaustive.peak(problem);
            if (smallest == Long.MAX_VALUE || smallest == 0) {
                continue;
            }
            ProvedSolver.Proved below = new ProvedSolver(problem).solve(smallest - 1, Effort.EXACT);
            Outcome.Infeasible infeasible = assertInstanceOf(Outcome.Infeasible.class, below.outcome(), "seed " + seed);
            assertInstanceOf(Verdict.Accepted.class, below.verdict(), "seed " + seed);
            assertEquals(smallest, infeasible.smallestBudget());
            assertEquals(smallest - 1, infeasible.certificate().budget());
            assertEquals(smallest, infeasible.solution().peak());
            assertInstanceOf(
                    Outcome.Feasible.class,
                    Solver.solve(problem, infeasible.smallestBudget(), Effort.EXACT),
                    "seed " + seed);
        }
    }

    /** Without search there are bounds by prices and branches alone: weaker, never wrong. */
    @Test
    void isSoundWithoutSearch() {
        for (int seed = 0; seed < 60; seed++) {
            Problem problem = RandomProblems.of(seed);
            long smallest = Exhaustive.peak(problem);
            if (smallest < Long.MAX_VALUE) {
                long optimum = Exhaustive.time(problem, smallest + 20);
                Outcome outcome = Solver.solve(problem, smallest + 20, new Effort(0, 0, 0, 2));
                if (outcome instanceof Outcome.Feasible feasible) {
                    assertTrue(feasible.certificate().bound() <= optimum);
                    assertTrue(feasible.solution().time() >= optimum);
                    assertInstanceOf(
                            Verdict.Accepted.class, Checker.check(problem, smallest + 20, feasible), "seed " + seed);
                }
            }
        }
    }

    @Test
    void isTheSameTwiceAndOnManyThreads() throws Exception {
        List<Callable<String>> tasks = new ArrayList<>();
        for (int seed = 0; seed < 24; seed++) {
            Problem problem = RandomProblems.of(seed);
            tasks.add(() -> Solver.solve(problem, 120, Effort.EXACT).toString());
        }
        List<String> serial = new ArrayList<>();
        for (Callable<String> task : tasks) {
            serial.add(task.call());
        }
        for (int threads : new int[] {1, 3}) {
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            try {
                List<Future<String>> results = pool.invokeAll(tasks);
                for (int k = 0; k < tasks.size(); k++) {
                    assertEquals(serial.get(k), results.get(k).get());
                }
            } finally {
                pool.shutdown();
            }
        }
    }

    /** Twelve layers on 32 devices: too many labellings to count, so the checker is the judge. */
    @ParameterizedTest
    @ValueSource(ints = {10, 30, 60})
    void provesAGapOnALargeChain(int percent) {
        Problem problem =
                new SyntheticGpt(new int[] {4, 8}, 12, 4096, 64, 2048, 50304, new double[] {25e9, 300e9}).problem();
        long least = 3_535_405_057L;
        long budget = least + (19_000_000_000L - least) * percent / 100;
        ProvedSolver.Proved proved = new ProvedSolver(problem).solve(budget, Effort.of(1e-3));
        Verdict.Accepted accepted = assertInstanceOf(Verdict.Accepted.class, proved.verdict());
        assertTrue(accepted.gap() <= 1e-3, "gap " + accepted.gap());
        assertTrue(accepted.peak() <= budget);
    }

    @Test
    void refusesAWrongProblem() {
        BlockBuilder builder = Block.builder("one", 1, 0);
        int node = builder.node(2);
        builder.exit(node);
        Block leaves = builder.build();
        BlockBuilder other = Block.builder("two", 1, 0);
        other.entry(3);
        Block enters = other.build();
        assertAll(
                () -> refuses("expected 2 amounts, got 1", () -> builder.add(Quantity.TIME, node, 1)),
                () -> refuses("negative", () -> builder.add(Quantity.TIME, node, 1, -1)),
                () -> refuses("no time points 1 to 2", () -> builder.live(1, node, 1, 1)),
                () -> refuses("a table needs nodes in order", () -> builder.addPair(Quantity.TIME, 0, 0, 1, 1, 1, 1)),
                () -> refuses("no time points 1 to 2", () -> builder.live(1, 2, new int[] {node}, 1, 1)),
                () -> refuses("a table needs a node", () -> builder.addTable(Quantity.TIME, new int[0])),
                () -> refuses("no such label", () -> builder.forbid(new int[] {node}, 2)),
                () -> refuses("a problem needs a block", () -> Problem.of(List.of())),
                () -> refuses("last block has no exits", () -> Problem.of(List.of(leaves))),
                () -> refuses("entry 0 of two differs", () -> Problem.of(List.of(leaves, enters))),
                () -> refuses("a budget is between", () -> Solver.solve(RandomProblems.of(1), -1, Effort.EXACT)));
    }

    private static void refuses(String message, Executable action) {
        String said = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(said.contains(message), said);
    }
}
