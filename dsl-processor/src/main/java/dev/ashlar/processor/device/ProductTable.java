package dev.ashlar.processor.device;

import java.util.List;

/**
 * Times of matrix products {@code [m, k] x [k, n]} that were measured at every combination of some m, n and k, as a function of any sizes
 * that never falls with one of them.
 *
 * <p>A product that took less than a smaller one is raised to its time. Between measured sizes the logarithm of the time is linear in the
 * logarithm of each size; a size below all counts as the smallest; beyond the largest, time grows in proportion. Steps from full to
 * partly filled waves of thread blocks are seen where the table has sizes on both their sides, and are smoothed elsewhere.
 */
public final class ProductTable {
    private final List<Long> m;
    private final List<Long> n;
    private final List<Long> k;
    private final double[] logSeconds;

    /**
     * A table.
     *
     * @param m positive and ascending, at least one; so are {@code n} and {@code k}
     * @param flopsPerSecond positive; k changes fastest, then n
     */
    public ProductTable(List<Long> m, List<Long> n, List<Long> k, List<Double> flopsPerSecond) {
        this.m = ascending(m);
        this.n = ascending(n);
        this.k = ascending(k);
        if (flopsPerSecond.size() != (long) m.size() * n.size() * k.size()
                || flopsPerSecond.stream().anyMatch(rate -> !(rate > 0))) {
            throw new IllegalArgumentException("a table of products needs a positive rate for every m, n and k");
        }
        logSeconds = new double[flopsPerSecond.size()];
        for (int i = 0; i < m.size(); i++) {
            for (int j = 0; j < n.size(); j++) {
                for (int l = 0; l < k.size(); l++) {
                    double seconds = 2.0 * m.get(i) * n.get(j) * k.get(l) / flopsPerSecond.get(index(i, j, l));
                    logSeconds[index(i, j, l)] = Math.max(StrictMath.log(seconds), smaller(i, j, l));
                }
            }
        }
    }

    private static List<Long> ascending(List<Long> sizes) {
        for (int i = 0; i < sizes.size(); i++) {
            if (sizes.get(i) <= (i == 0 ? 0 : sizes.get(i - 1))) {
                throw new IllegalArgumentException("measured sizes are positive and ascending, not " + sizes);
            }
        }
        if (sizes.isEmpty()) {
            throw new IllegalArgumentException("a table of products needs sizes");
        }
        return List.copyOf(sizes);
    }

    private int index(int i, int j, int l) {
        return (i * n.size() + j) * k.size() + l;
    }

    /** The largest time of the neighbours that are smaller in one size; they are no less than all that are smaller still. */
    private double smaller(int i, int j, int l) {
        double largest = Double.NEGATIVE_INFINITY;
        largest = i == 0 ? largest : Math.max(largest, logSeconds[index(i - 1, j, l)]);
        largest = j == 0 ? largest : Math.max(largest, logSeconds[index(i, j - 1, l)]);
        return l == 0 ? largest : Math.max(largest, logSeconds[index(i, j, l - 1)]);
    }

    /** Time of a product. */
    public double seconds(long rows, long columns, long inner) {
        LogScale.Place a = LogScale.place(m, rows);
        LogScale.Place b = LogScale.place(n, columns);
        LogScale.Place c = LogScale.place(k, inner);
        double log = 0;
        for (int corner = 0; corner < 8; corner++) {
            int up = corner >> 2;
            int right = corner >> 1 & 1;
            int deep = corner & 1;
            double weight = weight(a, up) * weight(b, right) * weight(c, deep);
            // a weight of 0 may stand for a corner outside of the table
            log += weight == 0 ? 0 : weight * logSeconds[index(a.below() + up, b.below() + right, c.below() + deep)];
        }
        return StrictMath.exp(log) * a.beyond() * b.beyond() * c.beyond();
    }

    private static double weight(LogScale.Place place, int next) {
        return next == 0 ? 1 - place.share() : place.share();
    }
}
