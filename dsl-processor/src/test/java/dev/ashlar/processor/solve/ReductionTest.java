package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Points that are never the peak go, and nothing else changes. */
final class ReductionTest {
    @Test
    void keepsEveryPeak() {
        int dropped = 0;
        for (int seed = 0; seed < 60; seed++) {
            Problem problem = RandomProblems.of(seed);
            Problem reduced = Reduction.of(problem).problem();
            for (int b = 0; b < problem.blocks().size(); b++) {
                dropped += problem.block(b).points() - reduced.block(b).points();
            }
            Exhaustive.forEach(problem, (x, e) -> {
                Evaluation other = Evaluation.of(reduced, x);
                assertEquals(e.peak(), other.peak());
                assertEquals(e.time(), other.time());
            });
        }
        assertTrue(dropped > 10, "only " + dropped);
    }

    @Test
    void comparesTheSumOfTables() {
        BlockBuilder builder = Block.builder("one", 2, 2);
        int[] u = {builder.node(2)};
        int[] v = {builder.node(2)};
        builder.liveTable(0, u, 5, 1).liveTable(0, v, 1, 1);
        builder.liveTable(1, u, 6, 3).liveTable(1, v, 0, 0);
        builder.liveTable(2, u, 6, 1);
        builder.liveTable(3, u, 9, 0);
        Block block = builder.build();
        assertArrayEquals(new int[] {1, 2, 3}, Reduction.peaks(block));
    }

    /** Gradients are there at backward points alone: one of them is no less than an equal forward point, but not the other way round. */
    @Test
    void aForwardPointNeverStandsForABackwardOne() {
        BlockBuilder builder = Block.builder("one", 1, 1);
        int node = builder.node(1);
        builder.live(0, 2, new int[] {node}, 5);
        assertArrayEquals(new int[] {1}, Reduction.peaks(builder.build()));
        BlockBuilder more = Block.builder("more", 1, 1);
        int only = more.node(1);
        more.live(0, only, 6).live(1, only, 5);
        assertArrayEquals(new int[] {0, 1}, Reduction.peaks(more.build()));
    }

    /** A certificate names points of the whole problem: the checker keeps them all. */
    @Test
    void givesPricesOfTheWholeProblem() {
        BlockBuilder builder = Block.builder("one", 3, 0);
        int node = builder.node(3);
        builder.add(Quantity.TIME, node, 9000, 5000, 1000)
                .live(0, node, 1, 2, 3)
                .live(2, node, 1, 4, 9);
        Problem problem = Problem.of(List.of(builder.build()));
        ProvedSolver.Proved proved = new ProvedSolver(problem).solve(8, Effort.EXACT);
        assertInstanceOf(Verdict.Accepted.class, proved.verdict());
        Outcome.Feasible feasible = assertInstanceOf(Outcome.Feasible.class, proved.outcome());
        assertEquals(List.of(1), feasible.solution().labels());
        assertEquals(5000, feasible.certificate().bound());
        Proof.Fit fit = assertInstanceOf(Proof.Fit.class, feasible.certificate().proof());
        assertEquals(2, fit.prices().points().get(0).point());
    }
}
