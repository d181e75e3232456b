package dev.ashlar.processor.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;

/**
 * A tensor as a plain array.
 *
 * @param shape of any number of dimensions
 * @param values row-major
 */
public record Grid(List<Long> shape, double[] values) {
    /** Maps a value at a row-major index. */
    public interface Mapping {
        double map(double value, int index);
    }

    /** Quarters between -2 and 2: sums are exact. */
    public static Grid random(List<Long> shape, Random random) {
        double[] values = new double[size(shape)];
        Arrays.setAll(values, i -> (random.nextInt(17) - 8) / 4.0);
        return new Grid(shape, values);
    }

    private static int size(List<Long> shape) {
        return shape.stream().mapToInt(Math::toIntExact).reduce(1, Math::multiplyExact);
    }

    /** The i-th of n equal chunks along a dimension. */
    Grid chunk(int dimension, int i, int n) {
        List<Long> part = new ArrayList<>(shape);
        assertEquals(0, shape.get(dimension) % n, () -> shape + " into " + n);
        part.set(dimension, shape.get(dimension) / n);
        int inner = size(shape.subList(dimension + 1, shape.size()));
        int run = inner * part.get(dimension).intValue();
        double[] chunk = new double[values.length / n];
        for (int outer = 0; outer < chunk.length / run; outer++) {
            System.arraycopy(values, (outer * n + i) * run, chunk, outer * run, run);
        }
        return new Grid(part, chunk);
    }

    /** Chunks of one shape side by side along a dimension. */
    static Grid concat(int dimension, List<Grid> chunks) {
        Grid first = chunks.get(0);
        int n = chunks.size();
        List<Long> whole = new ArrayList<>(first.shape);
        whole.set(dimension, n * first.shape.get(dimension));
        int run = size(first.shape.subList(dimension, first.shape.size()));
        double[] values = new double[first.values.length * n];
        for (int i = 0; i < n; i++) {
            assertEquals(first.shape, chunks.get(i).shape);
            for (int outer = 0; outer < first.values.length / run; outer++) {
                System.arraycopy(chunks.get(i).values, outer * run, values, (outer * n + i) * run, run);
            }
        }
        return new Grid(whole, values);
    }

    public Grid plus(Grid other) {
        return zip(other, Double::sum);
    }

    public Grid maximum(Grid other) {
        return zip(other, Math::max);
    }

    private Grid zip(Grid other, DoubleBinaryOperator function) {
        assertEquals(shape, other.shape);
        return map((value, i) -> function.applyAsDouble(value, other.values[i]));
    }

    public Grid times(double factor) {
        return map((value, i) -> factor * value);
    }

    public Grid map(Mapping mapping) {
        double[] mapped = new double[values.length];
        for (int i = 0; i < mapped.length; i++) {
            mapped[i] = mapping.map(values[i], i);
        }
        return new Grid(shape, mapped);
    }

    /** Asserts ‖this − expected‖₂ ≤ tolerance · ‖expected‖₂, and the same shape. */
    public void assertClose(String what, Grid expected, double tolerance) {
        assertEquals(expected.shape, shape, what);
        double error = norm(zip(expected, (a, b) -> a - b).values);
        double size = norm(expected.values);
        assertTrue(error <= tolerance * size, () -> what + ": error " + error + " of " + size);
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }
}
