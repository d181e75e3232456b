package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One solver and one checker for many budgets, and for problems that share blocks. */
final class ManyBudgetsTest {
    private static final int SEEDS = 40;
    private static final Effort ROUGH = new Effort(0.05, 0, 0, 0);

    @Test
    void whatIsKnownOfOtherBudgetsHolds() {
        int known = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Problem problem = RandomProblems.of(seed);
            long smallest = Exhaustive.peak(problem);
            if (smallest == Long.MAX_VALUE) {
                continue;
            }
            ProvedSolver solver = new ProvedSolver(problem);
            solver.smallest(Effort.EXACT);
            for (long budget = smallest + 40; budget >= smallest; budget -= 5) {
                long optimum = Exhaustive.time(problem, budget);
                Optional<Certificate> bound = solver.bound(budget);
                if (bound.isPresent()) {
                    assertEquals(bound.get().bound(), solver.proved(bound.get()), "seed " + seed);
                    assertTrue(bound.get().bound() <= optimum, "seed " + seed);
                    known++;
                }
                ProvedSolver.Proved proved = solver.solve(budget, ROUGH);
                assertInstanceOf(Verdict.Accepted.class, proved.verdict(), "seed " + seed);
                Outcome.Feasible found = (Outcome.Feasible) proved.outcome();
                assertTrue(found.solution().time() >= optimum
                        && found.certificate().bound() <= optimum);
            }
        }
        assertTrue(known > SEEDS);
    }

    @Test
    void aCheckerThatKnowsThePricesRefusesAHigherBound() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Problem problem = RandomProblems.of(seed);
            long smallest = Exhaustive.peak(problem);
            if (smallest == Long.MAX_VALUE) {
                continue;
            }
            ProvedSolver solver = new ProvedSolver(problem);
            solver.solve(smallest + 20, ROUGH);
            Certificate certificate = solver.bound(smallest + 10).orElseThrow();
            solver.proved(certificate);
            Proof.Dual dual = (Proof.Dual) certificate.proof();
            long optimum = Exhaustive.time(problem, smallest + 10);
            Proof higher = new Proof.Dual(dual.prices(), optimum + 1);
            Certificate wrong = new Certificate(smallest + 10, true, higher);
            assertThrows(IllegalArgumentException.class, () -> solver.proved(wrong), "seed " + seed);
        }
    }

    @Test
    void problemsThatShareBlocksAreSolvedAsIfTheyDidNot() {
        BlockStore store = new BlockStore();
        for (int seed = 0; seed < SEEDS; seed++) {
            for (int again = 0; again < 2; again++) {
                Problem problem = RandomProblems.of(seed);
                ProvedSolver.Proved alone = new ProvedSolver(problem).solve(120, Effort.EXACT);
                ProvedSolver.Proved shared = new ProvedSolver(problem, store).solve(120, Effort.EXACT);
                assertEquals(alone.toString(), shared.toString(), "seed " + seed);
            }
        }
    }
}
