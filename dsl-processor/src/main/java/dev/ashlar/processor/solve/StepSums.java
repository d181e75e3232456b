package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.EliminationPlan.Step;
import java.util.Arrays;

/**
 * Adds up the tables of one step of an elimination, row by row. This is what most of a solver's time goes into: every loop is a method of its
 * own, over arrays of numbers, which a just-in-time compiler is quickly done with.
 */
final class StepSums {
    /** Rows whose sums are held at a time. */
    private static final int CHUNK = 1 << 11;

    /** From here up to four numbers fit in a long, each of them at most {@link FixedPoint#INFINITE}. */
    private static final long ZERO = Long.MIN_VALUE;

    private StepSums() {}

    /**
     * The least sum of every entry.
     *
     * @param tables by number
     */
    static long[] least(Step step, long[][] tables) {
        long[] result = new long[step.entries()];
        // Without sums of their own rows are gone through once.
        if (!step.isElimination() && result.length == step.rows()) {
            add(step, tables, 0, result.length, result);
        } else {
            least(step, tables, result);
        }
        return result;
    }

    /**
     * The sums of some rows.
     *
     * @param from the first row
     * @param to behind the last
     */
    static long[] of(Step step, long[][] tables, int from, int to) {
        long[] sums = new long[to - from];
        add(step, tables, from, sums.length, sums);
        return sums;
    }

    private static void least(Step step, long[][] tables, long[] result) {
        int[][] at = step.at();
        long[][] in =
                Arrays.stream(step.inputs()).mapToObj(input -> tables[input]).toArray(long[][]::new);
        switch (in.length) {
            case 0 -> Arrays.fill(result, 0);
            case 1 -> least(step.starts(), in[0], at[0], result);
            case 2 -> least(step.starts(), in[0], at[0], in[1], at[1], result);
            case 3 -> least(step.starts(), in[0], at[0], in[1], at[1], in[2], at[2], result);
            case 4 -> least(step.starts(), in[0], at[0], in[1], at[1], in[2], at[2], in[3], at[3], result);
            default -> leastOfMany(step, tables, result);
        }
    }

    private static void least(int[] starts, long[] first, int[] at, long[] result) {
        for (int e = 0; e < result.length; e++) {
            int end = starts[e + 1];
            long least = FixedPoint.INFINITE;
            for (int row = starts[e]; row < end; row++) {
                least = Math.min(least, first[at[row]]);
            }
            result[e] = least;
        }
    }

    private static void least(int[] starts, long[] first, int[] at, long[] second, int[] at2, long[] result) {
        for (int e = 0; e < result.length; e++) {
            int end = starts[e + 1];
            long least = FixedPoint.INFINITE;
            for (int row = starts[e]; row < end; row++) {
                least = Math.min(least, first[at[row]] + second[at2[row]]);
            }
            result[e] = least;
        }
    }

    private static void least(
            int[] starts, long[] first, int[] at, long[] second, int[] at2, long[] third, int[] at3, long[] result) {
        for (int e = 0; e < result.length; e++) {
            int end = starts[e + 1];
            long least = ZERO + FixedPoint.INFINITE;
            for (int row = starts[e]; row < end; row++) {
                least = Math.min(least, ZERO + first[at[row]] + second[at2[row]] + third[at3[row]]);
            }
            result[e] = least - ZERO;
        }
    }

    private static void least(
            int[] starts,
            long[] first,
            int[] at,
            long[] second,
            int[] at2,
            long[] third,
            int[] at3,
            long[] fourth,
            int[] at4,
            long[] result) {
        for (int e = 0; e < result.length; e++) {
            int end = starts[e + 1];
            long least = ZERO + FixedPoint.INFINITE;
            for (int row = starts[e]; row < end; row++) {
                long sum = ZERO + first[at[row]] + second[at2[row]] + third[at3[row]] + fourth[at4[row]];
                least = Math.min(least, sum);
            }
            result[e] = least - ZERO;
        }
    }

    /** Some entries at a time, so that their sums stay near. */
    private static void leastOfMany(Step step, long[][] tables, long[] result) {
        int[] starts = step.starts();
        long[] sums = new long[CHUNK];
        int from = 0;
        while (from < result.length) {
            int to = from + 1;
            while (to < result.length && starts[to + 1] - starts[from] <= CHUNK) {
                to++;
            }
            int rows = starts[to] - starts[from];
            sums = rows <= sums.length ? sums : new long[rows];
            Arrays.fill(sums, 0, rows, 0);
            add(step, tables, starts[from], rows, sums);
            least(starts, from, to, sums, result);
            from = to;
        }
    }

    private static void least(int[] starts, int from, int to, long[] sums, long[] result) {
        int before = starts[from];
        for (int e = from; e < to; e++) {
            int end = starts[e + 1] - before;
            long least = FixedPoint.INFINITE;
            for (int row = starts[e] - before; row < end; row++) {
                least = Math.min(least, sums[row]);
            }
            result[e] = least;
        }
    }

    /** Adds some rows of all inputs, three at a time. */
    private static void add(Step step, long[][] tables, int from, int rows, long[] sums) {
        int[] inputs = step.inputs();
        int[][] at = step.at();
        int i = 0;
        for (; i + 2 < inputs.length; i += 3) {
            long[] third = tables[inputs[i + 2]];
            add(tables[inputs[i]], at[i], tables[inputs[i + 1]], at[i + 1], third, at[i + 2], from, rows, sums);
        }
        for (; i < inputs.length; i++) {
            add(tables[inputs[i]], at[i], from, rows, sums);
        }
    }

    private static void add(
            long[] first,
            int[] at,
            long[] second,
            int[] at2,
            long[] third,
            int[] at3,
            int from,
            int rows,
            long[] sums) {
        for (int row = 0; row < rows; row++) {
            int k = from + row;
            long sum = ZERO + sums[row] + first[at[k]] + second[at2[k]] + third[at3[k]];
            sums[row] = Math.min(sum, ZERO + FixedPoint.INFINITE) - ZERO;
        }
    }

    private static void add(long[] table, int[] at, int from, int rows, long[] sums) {
        for (int row = 0; row < rows; row++) {
            sums[row] = Math.min(sums[row] + table[at[from + row]], FixedPoint.INFINITE);
        }
    }
}
