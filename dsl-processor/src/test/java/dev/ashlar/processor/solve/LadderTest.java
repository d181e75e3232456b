package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Proofs of cases are put together by what they prove. */
final class LadderTest {
    private static Proof proof(long bound) {
        return new Proof.Dual(Prices.FREE, bound);
    }

    /** With a first proof of 1 each, like those by the prices of the whole. */
    private static Ladder ladder(long... bounds) {
        Ladder ladder = new Ladder(1, proof(1));
        for (long bound : bounds) {
            ladder.add(bound, proof(bound));
        }
        return ladder;
    }

    private static Ladder.Rung split(long first, long second) {
        List<Proof.Case> cases =
                List.of(new Proof.Case(List.of(0), proof(first)), new Proof.Case(List.of(1), proof(second)));
        return new Ladder.Rung(Math.min(first, second), new Proof.Split(7, cases));
    }

    @Test
    void aCaseThatIsHardToCheckDoesNotWeakenAnother() {
        Ladder hard = ladder(80, 85, 90, 95);
        Ladder easy = ladder(99);
        Ladder both = Ladder.split(7, List.of(List.of(0), List.of(1)), List.of(hard, easy));
        assertEquals(
                List.of(split(95, 99), split(90, 99), split(85, 99), split(80, 99), split(1, 1)), both.downwards());
    }

    /** More than the lowest of the cases is of no use. */
    @Test
    void noCaseProvesMoreThanIsNeeded() {
        Ladder low = ladder(50);
        Ladder high = ladder(40, 60, 90);
        Ladder both = Ladder.split(7, List.of(List.of(0), List.of(1)), List.of(low, high));
        assertEquals(List.of(split(50, 60), split(50, 40), split(1, 1)), both.downwards());
    }
}
