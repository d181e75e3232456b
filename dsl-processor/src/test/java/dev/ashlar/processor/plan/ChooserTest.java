package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ashlar.processor.solve.Block;
import dev.ashlar.processor.solve.BlockBuilder;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.Quantity;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Plans of several forms of a step, made by hand: an operator with two strategies each. */
class ChooserTest {
    private static final int LABELS = 20;

    /**
     * Plans of a mesh, as there is an operator.
     *
     * @param time of both
     * @param first memory of each at one time point
     * @param second the same at another
     */
    private static PlanProblem twoPlans(long time, long[] first, long[] second) {
        BlockBuilder block = Block.builder("model", 1, 1);
        int node = block.node(2);
        block.add(Quantity.TIME, node, time, time).live(0, node, first).live(1, node, second);
        return new HandMadeProblem(Problem.of(List.of(block.build())), List.of(new OperatorLabels("a", 0, List.of())));
    }

    /**
     * Prices tell that plans of the fast form need 750 bytes, and they need 1000. Between these a curve, which looks closely at none, knows a
     * plan of the slow form alone, and must not claim that nothing is faster.
     */
    @Test
    void aCurveClaimsNothingOfFormsThatMayFit() {
        PlanProblem fast = twoPlans(100, new long[] {1000, 500}, new long[] {500, 1000});
        PlanProblem slow = twoPlans(200, new long[] {700, 600}, new long[] {600, 700});
        Chooser.Choice choice = new Chooser(List.of(fast, slow), 1 << 20, 0).choose();
        assertSame(fast, choice.plans());
        Evidence evidence = choice.evidence().get();
        assertEquals(700, evidence.smallestFeasibleBytes());
        for (Tradeoff point : evidence.tradeoffs()) {
            boolean fits = point.budgetBytes() >= 1000;
            boolean mayFit = point.budgetBytes() >= 750;
            assertEquals(fits ? 100 : 200, point.stepSeconds(), 0, point::toString);
            assertEquals(!fits && mayFit ? 1.0 : 0.0, point.gap(), 1e-9, point::toString);
        }
    }

    /** Seven nodes with a table for each two: the solver goes through the joint labels that are allowed, the checker would need numbers for all. */
    @Test
    void whatIsTooMuchToCheckIsNotClaimed() {
        BlockBuilder block = Block.builder("model", 1, 0);
        long[] times = LongStream.range(0, LABELS).toArray();
        long[] bytes = LongStream.range(0, LABELS).map(l -> LABELS - l).toArray();
        for (int node = 0; node < 7; node++) {
            block.node(LABELS);
            block.add(Quantity.TIME, node, times).live(0, node, bytes);
            for (int before = 0; before < node; before++) {
                keepNear(block, before, node);
            }
        }
        PlanProblem plans =
                new HandMadeProblem(Problem.of(List.of(block.build())), List.of(new OperatorLabels("a", 0, List.of())));
        Chooser.Choice choice = new Chooser(List.of(plans), 1 << 20, 0).choose();
        ProofTooLarge refused = assertThrows(ProofTooLarge.class, choice.evidence()::get);
        assertEquals("the plan's certificate is not accepted: a table is too large", refused.getMessage());
    }

    /** Labels of both differ by one at the most. */
    private static void keepNear(BlockBuilder block, int u, int v) {
        for (int a = 0; a < LABELS; a++) {
            for (int b = 0; b < LABELS; b++) {
                if (Math.abs(a - b) > 1) {
                    block.forbidPair(u, v, a, b);
                }
            }
        }
    }
}
