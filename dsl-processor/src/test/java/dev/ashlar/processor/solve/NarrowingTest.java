package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Problems with fewer labels, against every labelling of the whole one. */
class NarrowingTest {
    private static final int PROBLEMS = 150;

    private static BitSet some(Problem problem, int variable, SplittableRandom random) {
        BitSet labels = new BitSet();
        labels.set(random.nextInt(problem.labels(variable)));
        for (int l = 0; l < problem.labels(variable); l++) {
            labels.set(l, labels.get(l) || random.nextBoolean());
        }
        return labels;
    }

    @Test
    void narrowedIsTheWholeWithoutSomeLabellings() {
        for (int seed = 0; seed < PROBLEMS; seed++) {
            Problem problem = RandomProblems.of(seed);
            SplittableRandom random = new SplittableRandom(seed);
            int first = random.nextInt(problem.variables());
            int second = random.nextInt(problem.variables());
            Map<Integer, BitSet> allowed = new java.util.TreeMap<>();
            allowed.put(first, some(problem, first, random));
            allowed.put(second, some(problem, second, random));
            long[] least = {Long.MAX_VALUE};
            Exhaustive.forEach(problem, (x, e) -> {
                if (allowed.entrySet().stream().allMatch(a -> a.getValue().get(x[a.getKey()]))) {
                    least[0] = Math.min(least[0], e.time());
                }
            });
            ProvedSolver.Proved proved = new ProvedSolver(Narrowing.of(problem, allowed)).solve(1L << 50, Effort.EXACT);
            if (least[0] == Long.MAX_VALUE) {
                assertInstanceOf(Outcome.Contradiction.class, proved.outcome());
            } else {
                Verdict.Accepted accepted = assertInstanceOf(Verdict.Accepted.class, proved.verdict());
                assertEquals(least[0], accepted.time());
                assertEquals(least[0], accepted.lowerBound());
            }
        }
    }

    @Test
    void equalBlocksStayEqual() {
        BlockBuilder builder = Block.builder("b", 1, 1);
        int node = builder.node(3);
        Block block = builder.add(Quantity.TIME, node, 1, 2, 3).build();
        BitSet last = new BitSet();
        last.set(2);
        Problem narrowed = Narrowing.of(
                Problem.of(java.util.List.of(block, block, block)), Map.of(0, last, 2, (BitSet) last.clone()));
        assertSame(narrowed.block(0), narrowed.block(2));
        assertSame(block, narrowed.block(1));
    }

    /** Only variables that no block beyond those of the changed one has may differ. */
    @Test
    void surroundingsAreTheBestNearALabelling() {
        int compared = 0;
        for (int seed = 0; seed < PROBLEMS; seed++) {
            Problem problem = RandomProblems.of(seed);
            SplittableRandom random = new SplittableRandom(seed);
            if (!(Solver.solve(problem, 1L << 50, Effort.EXACT) instanceof Outcome.Feasible found)) {
                continue;
            }
            int variable = random.nextInt(problem.variables());
            BitSet labels = some(problem, variable, random);
            long budget = found.solution().peak() * (90 + random.nextInt(20)) / 100;
            Optional<Surroundings.Change> best =
                    new Surroundings(problem, found.solution().labels()).best(variable, labels, budget, Effort.EXACT);
            int[] settled = settled(problem, found.solution(), variable);
            long[] least = {Long.MAX_VALUE};
            long[] lowest = {Long.MAX_VALUE};
            Exhaustive.forEach(problem, (x, e) -> {
                boolean near = true;
                for (int v = 0; v < x.length; v++) {
                    near &= settled[v] < 0 || settled[v] == x[v];
                }
                if (near && labels.get(x[variable])) {
                    lowest[0] = Math.min(lowest[0], e.peak());
                    least[0] = e.peak() <= budget ? Math.min(least[0], e.time()) : least[0];
                }
            });
            if (best.isEmpty()) {
                assertTrue(lowest[0] == Long.MAX_VALUE || blocks(problem, variable) > 3);
                continue;
            }
            compared++;
            Surroundings.Change change = best.get();
            assertTrue(labels.get(change.label()));
            assertEquals(least[0] < Long.MAX_VALUE, change.within());
            if (change.within()) {
                assertEquals(least[0], found.solution().time() + change.extraTime());
            } else {
                assertEquals(lowest[0], found.solution().peak() + change.extraMemory());
            }
        }
        assertTrue(compared > PROBLEMS / 2, "only " + compared);
    }

    private static long blocks(Problem problem, int variable) {
        return java.util.stream.IntStream.range(0, problem.blocks().size())
                .filter(b -> problem.contains(b, variable))
                .count();
    }

    /** The labels of what a block beyond has; -1 for the rest. */
    private static int[] settled(Problem problem, Solution solution, int variable) {
        int[] settled = new int[problem.variables()];
        Arrays.fill(settled, -1);
        for (int b = 0; b < problem.blocks().size(); b++) {
            if (!problem.contains(b, variable)) {
                for (int n = 0; n < problem.block(b).nodes(); n++) {
                    int v = problem.variable(b, n);
                    settled[v] = solution.labels().get(v);
                }
            }
        }
        return settled;
    }
}
