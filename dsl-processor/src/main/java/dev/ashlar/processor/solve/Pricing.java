package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.Arrays;

/** Prices laid out by block: what one unit of every quantity costs, in 2^-32, and sums of prices over blocks. */
final class Pricing {
    private final Prices prices;
    private final boolean timed;
    private final long[][] coefficients;
    private final long[] from;
    private final long[] backwardBefore;

    private Pricing(Prices prices, boolean timed, long[][] coefficients, long[] from, long[] backwardBefore) {
        this.prices = prices;
        this.timed = timed;
        this.coefficients = coefficients;
        this.from = from;
        this.backwardBefore = backwardBefore;
    }

    /**
     * @param timed whether times count, or memory alone
     */
    static Pricing of(Problem problem, Prices prices, boolean timed) {
        int n = problem.blocks().size();
        long[][] points = new long[n][];
        long[][] shares = new long[n][2];
        for (int b = 0; b < n; b++) {
            points[b] = new long[problem.block(b).points()];
            Arrays.fill(shares[b], Prices.ONE);
        }
        for (PointPrice p : prices.points()) {
            points[p.block()][p.point()] = p.price();
        }
        for (SegmentShare s : prices.segments()) {
            shares[s.block()][s.backward() ? 1 : 0] = s.share();
        }
        long[] from = new long[n + 1];
        for (int b = n - 1; b >= 0; b--) {
            from[b] = from[b + 1] + Arrays.stream(points[b]).sum();
        }
        long[] backwardBefore = new long[n + 1];
        for (int b = 0; b < n; b++) {
            int forward = problem.block(b).forwardPoints();
            backwardBefore[b + 1] = backwardBefore[b]
                    + Arrays.stream(points[b], forward, points[b].length).sum();
        }
        long[][] coefficients = new long[n][];
        for (int b = 0; b < n; b++) {
            coefficients[b] = new long[Quantity.COUNT + points[b].length];
            if (timed) {
                coefficients[b][Quantity.TIME.ordinal()] = Prices.ONE;
                segment(problem, coefficients[b], Quantity.FORWARD_COMPUTE, shares[b][0]);
                segment(problem, coefficients[b], Quantity.BACKWARD_COMPUTE, shares[b][1]);
            }
            coefficients[b][Quantity.STATIC.ordinal()] = from[0];
            coefficients[b][Quantity.KEPT.ordinal()] = from[b + 1];
            coefficients[b][Quantity.GRADIENT.ordinal()] = backwardBefore[b];
            System.arraycopy(points[b], 0, coefficients[b], Quantity.COUNT, points[b].length);
        }
        return new Pricing(prices, timed, coefficients, from, backwardBefore);
    }

    private static void segment(Problem problem, long[] coefficients, Quantity compute, long share) {
        coefficients[compute.ordinal()] = share;
        coefficients[compute.ordinal() + 1] = problem.scaledBySlowdown(share) + Prices.ONE - share;
    }

    Prices prices() {
        return prices;
    }

    boolean timed() {
        return timed;
    }

    /** By quantity, then time point; not to be written. */
    long[] coefficients(int block) {
        return coefficients[block];
    }

    /** Sum of the prices of all points of this block and later ones. */
    long from(int block) {
        return from[block];
    }

    /** Sum of the prices of backward points of earlier blocks. */
    long backwardBefore(int block) {
        return backwardBefore[block];
    }

    /** What a budget is worth, rounded up. */
    long worth(long budget) {
        return FixedPoint.up(budget, from[0]);
    }
}
