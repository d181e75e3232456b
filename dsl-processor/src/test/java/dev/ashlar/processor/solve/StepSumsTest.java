package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.solve.EliminationPlan.Step;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the number of tables: the least of sums that stop where something is forbidden, which is never exceeded. */
class StepSumsTest {
    private static final int ENTRIES = 700;
    private static final int LARGEST = 40;

    private final Random random = new Random(7);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void leastOfSums(int inputs) {
        Step step = step(inputs, 0);
        long[][] tables = tables(inputs);

        long[] sums = expectedSums(step, tables);
        long[] least = new long[ENTRIES];
        for (int e = 0; e < ENTRIES; e++) {
            least[e] = Arrays.stream(sums, step.starts()[e], step.starts()[e + 1])
                    .min()
                    .orElse(FixedPoint.INFINITE);
        }

        assertArrayEquals(least, StepSums.least(step, tables));
        assertArrayEquals(sums, StepSums.of(step, tables, 0, step.rows()));
        assertArrayEquals(Arrays.copyOfRange(sums, 3, 9), StepSums.of(step, tables, 3, 9));
        assertTrue(inputs == 0 || Arrays.stream(least).anyMatch(l -> l == FixedPoint.INFINITE));
        assertTrue(Arrays.stream(least).anyMatch(l -> l < FixedPoint.INFINITE));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void sumsOfTablesAlone(int inputs) {
        int[] starts = new int[ENTRIES + 1];
        Arrays.setAll(starts, e -> e);
        Step step = step(-1, inputs, starts);
        long[][] tables = tables(inputs);

        assertArrayEquals(expectedSums(step, tables), StepSums.least(step, tables));
    }

    private static long[] expectedSums(Step step, long[][] tables) {
        long[] sums = new long[step.rows()];
        for (int row = 0; row < sums.length; row++) {
            for (int i = 0; i < step.inputs().length; i++) {
                sums[row] = FixedPoint.add(sums[row], tables[step.inputs()[i]][step.at()[i][row]]);
            }
        }
        return sums;
    }

    /** A quarter is forbidden, and others are so large that sums of a few of them stop too. */
    private long[][] tables(int inputs) {
        long[][] tables = new long[inputs][200];
        for (long[] table : tables) {
            Arrays.setAll(table, e -> random.nextInt(4) == 0 ? FixedPoint.INFINITE : random.nextLong() >>> 3);
        }
        return tables;
    }

    /** Entries of up to {@link #LARGEST} rows, some of a single one, so that sums come in several pieces. */
    private Step step(int inputs, int node) {
        int[] starts = new int[ENTRIES + 1];
        for (int e = 0; e < ENTRIES; e++) {
            starts[e + 1] = starts[e] + 1 + (e % 3 == 0 ? 0 : random.nextInt(LARGEST));
        }
        return step(node, inputs, starts);
    }

    private Step step(int node, int inputs, int[] starts) {
        int rows = starts[starts.length - 1];
        int[] numbers = new int[inputs];
        Arrays.setAll(numbers, i -> i);
        int[][] at = new int[inputs][rows];
        for (int[] own : at) {
            Arrays.setAll(own, row -> random.nextInt(200));
        }
        return new Step(node, new int[0], new char[0][], starts, new char[rows], numbers, at);
    }
}
