package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Rates of matrix products x[m, k] · weight[n, k]ᵀ, in floating point operations a second. */
final class Products {
    /** Products of more operations are taken to be as fast as the largest measured one of that shape. */
    private static final double MOST_FLOPS = 4e13;

    private final Ops ops;
    private final Stopwatch stopwatch;

    Products(Engine engine, Stopwatch stopwatch) {
        this.ops = engine.ops();
        this.stopwatch = stopwatch;
    }

    /** The rate of one product. */
    double rate(long m, long n, long k) {
        try (Tensor x = filled(m, k);
                Tensor weight = filled(n, k)) {
            double seconds = stopwatch.seconds(() -> ops.linear(x, weight).close());
            return 2.0 * m * n * k / seconds;
        }
    }

    /** Random enough: equal numbers would draw less power. */
    private Tensor filled(long rows, long columns) {
        return ops.normal(rows, columns);
    }

    /** Rates of all combinations; k changes fastest, then n. */
    List<Double> table(List<Long> m, List<Long> n, List<Long> k) {
        List<Double> rates = new ArrayList<>();
        for (long rows : m) {
            for (long columns : n) {
                for (long inner : k) {
                    double scale = Math.cbrt(Math.max(1, 2.0 * rows * columns * inner / MOST_FLOPS));
                    rates.add(rate(part(rows, scale), part(columns, scale), part(inner, scale)));
                }
            }
        }
        return rates;
    }

    private static long part(long size, double scale) {
        return scale == 1 ? size : Math.max(128, Math.round(size / scale / 128) * 128);
    }
}
