package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge of large problems agrees with every labelling of small ones. */
final class OracleTest {
    private static final long ANY = 1L << 50;

    @Test
    void equalsExhaustiveSearch() {
        for (int seed = 0; seed < 120; seed++) {
            Problem problem = RandomProblems.of(seed);
            Oracle oracle = new Oracle(problem, ANY);
            long smallest = Exhaustive.peak(problem);
            assertEquals(smallest, oracle.smallestPeak().orElseThrow(), "seed " + seed);
            for (long budget : new long[] {smallest - 1, smallest, smallest / 8 * 9, ANY}) {
                assertEquals(
                        Exhaustive.time(problem, budget),
                        oracle.fastest(budget).orElseThrow(),
                        "seed " + seed + " budget " + budget);
            }
            Exhaustive.forEach(problem, (x, e) -> {
                List<Integer> labels = Arrays.stream(x).boxed().toList();
                assertTrue(oracle.confirms(new Solution(labels, e.time(), e.peak())));
                assertFalse(oracle.confirms(new Solution(labels, e.time() - 1, e.peak())));
            });
        }
    }

    @Test
    void saysWhenThereAreTooManyLabellings() {
        assertTrue(new Oracle(RandomProblems.of(1), 0).fastest(ANY).isEmpty());
    }
}
