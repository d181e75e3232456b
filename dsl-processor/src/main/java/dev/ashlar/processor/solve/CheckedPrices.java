package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The checker's own reading of prices: what a table entry costs at least, in integers. */
final class CheckedPrices {
    private final Problem problem;
    private final boolean timed;
    private final long[][] lambda;
    private final long[][] mu;
    private final int[][] priced;
    private final long[] later;
    private final long[] earlier;
    private final long all;

    /**
     * @throws ArithmeticException if sums leave a long
     * @throws IllegalArgumentException if a price is out of range or of no point
     */
    CheckedPrices(Problem problem, Prices prices, boolean timed) {
        this.problem = problem;
        this.timed = timed;
        int n = problem.blocks().size();
        lambda = new long[n][];
        mu = new long[n][];
        for (int b = 0; b < n; b++) {
            lambda[b] = new long[problem.blocks().get(b).points()];
            mu[b] = new long[] {Prices.ONE, Prices.ONE};
        }
        long sum = 0;
        for (Prices.PointPrice p : prices.points()) {
            if (p.price() < 0
                    || p.block() < 0
                    || p.block() >= n
                    || p.point() < 0
                    || p.point() >= lambda[p.block()].length) {
                throw new IllegalArgumentException("a price is negative or of no point");
            }
            if (lambda[p.block()][p.point()] != 0) {
                throw new IllegalArgumentException("a point has two prices");
            }
            lambda[p.block()][p.point()] = p.price();
            sum = Math.addExact(sum, p.price());
        }
        all = sum;
        for (Prices.SegmentShare s : prices.segments()) {
            if (s.share() < 0 || s.share() > Prices.ONE || s.block() < 0 || s.block() >= n) {
                throw new IllegalArgumentException("a share is not between 0 and 1 or of no block");
            }
            mu[s.block()][s.backward() ? 1 : 0] = s.share();
        }
        priced = new int[n][];
        later = new long[n];
        earlier = new long[n];
        addUp();
    }

    /** The same with other prices of points that add up to as much. */
    private CheckedPrices(CheckedPrices other, long[][] lambda) {
        problem = other.problem;
        timed = other.timed;
        this.lambda = lambda;
        mu = other.mu;
        all = other.all;
        priced = new int[lambda.length][];
        later = new long[lambda.length];
        earlier = new long[lambda.length];
        addUp();
    }

    private void addUp() {
        int n = lambda.length;
        for (int b = 0; b < n; b++) {
            long[] own = lambda[b];
            priced[b] = IntStream.range(0, own.length).filter(p -> own[p] != 0).toArray();
            earlier[b] = b == 0 ? 0 : earlier[b - 1] + points(b - 1, true);
        }
        for (int b = n - 2; b >= 0; b--) {
            later[b] = later[b + 1] + points(b + 1, false);
        }
    }

    /** The same with another share of one direction of a block. */
    private CheckedPrices(CheckedPrices other, int b, int direction, long share) {
        problem = other.problem;
        timed = other.timed;
        lambda = other.lambda;
        priced = other.priced;
        later = other.later;
        earlier = other.earlier;
        all = other.all;
        mu = other.mu.clone();
        mu[b] = mu[b].clone();
        mu[b][direction] = share;
    }

    /** The same with other shares of the directions of a block that have an odd one: what these take is no less than a sum at any share. */
    List<CheckedPrices> others(int b) {
        List<CheckedPrices> others = new ArrayList<>();
        for (int direction = 0; timed && direction < mu[b].length; direction++) {
            long share = mu[b][direction];
            if (share % 2 == 1) {
                for (long other : new long[] {0, share / 2, share + (Prices.ONE - share) / 2, Prices.ONE}) {
                    others.add(new CheckedPrices(this, b, direction, other));
                }
            }
        }
        return others;
    }

    /**
     * The same where a quarter, half or all of what a block's points cost is paid at the next later point that has a price: as good a bound, at
     * which other ways of the block are dear. None where there is no such point.
     */
    List<CheckedPrices> paidLater(int b) {
        int next = b + 1;
        while (next < lambda.length && priced[next].length == 0) {
            next++;
        }
        List<CheckedPrices> moved = new ArrayList<>();
        for (int quarters = 1; quarters <= 4 && next < lambda.length && priced[b].length > 0; quarters *= 2) {
            long[][] points = lambda.clone();
            points[b] = lambda[b].clone();
            points[next] = lambda[next].clone();
            for (int p : priced[b]) {
                long part = lambda[b][p] / 4 * quarters;
                points[b][p] -= part;
                points[next][priced[next][0]] = Math.addExact(points[next][priced[next][0]], part);
            }
            moved.add(new CheckedPrices(this, points));
        }
        return moved;
    }

    /** floor(amount * price / 2^32). */
    static long floor(long amount, long price) {
        long high = Math.multiplyHigh(amount, price);
        if (high < 0 || high > Integer.MAX_VALUE / 2) {
            throw new ArithmeticException("a priced amount is too large");
        }
        return (high << 32) + (amount * price >>> 32);
    }

    /** The price of a budget, rounded up. */
    long budget(long budget) {
        return Math.addExact(floor(budget, all), (int) (budget * all) == 0 ? 0 : 1);
    }

    /** Sum of all prices. */
    long all() {
        return all;
    }

    /** Sum of the prices of all points of later blocks. */
    long later(int block) {
        return later[block];
    }

    /** Sum of the prices of backward points of earlier blocks. */
    long earlier(int block) {
        return earlier[block];
    }

    /** Sum of the prices of a block's points, backward ones alone or all. */
    long points(int block, boolean backwardOnly) {
        long sum = 0;
        for (int p = backwardOnly ? problem.blocks().get(block).forwardPoints() : 0; p < lambda[block].length; p++) {
            sum += lambda[block][p];
        }
        return sum;
    }

    /** Points of a block with a price, ascending; not to be written. */
    int[] priced(int block) {
        return priced[block];
    }

    /** How much of a direction's time is compute, in 2^-32. */
    long share(int block, boolean backward) {
        return mu[block][backward ? 1 : 0];
    }

    /** {@code floor(amount * slowdown)}. */
    long scale(long amount) {
        long whole = Math.multiplyExact(amount / problem.slowdownDenominator(), problem.slowdownNumerator());
        long part = amount % problem.slowdownDenominator() * problem.slowdownNumerator();
        return Math.addExact(whole, part / problem.slowdownDenominator());
    }

    boolean timed() {
        return timed;
    }

    /** What the prices of a block come to: with the same ones it costs the same. */
    long[] coefficients(int b) {
        long[] coefficients = Arrays.copyOf(lambda[b], lambda[b].length + 4);
        coefficients[lambda[b].length] = later[b];
        coefficients[lambda[b].length + 1] = earlier[b];
        coefficients[lambda[b].length + 2] = mu[b][0];
        coefficients[lambda[b].length + 3] = mu[b][1];
        return coefficients;
    }

    /** What some entries of a factor of a block cost at least; forbidden entries and -1 are {@link CheckedTable#FORBIDDEN}. */
    long[] costs(int b, Factor factor, int[] entries) {
        long[] costs = new long[entries.length];
        for (int at = 0; at < costs.length; at++) {
            costs[at] = entries[at] < 0 || factor.forbidden(entries[at]) ? CheckedTable.FORBIDDEN : 0;
        }
        for (int quantity : factor.used()) {
            long price = price(b, quantity);
            if (price > 0) {
                add(factor.amounts(quantity), price, entries, costs);
            }
        }
        return costs;
    }

    /** Costs that are there already are {@link CheckedTable#FORBIDDEN} or less, and stay so. */
    private static void add(long[] amounts, long price, int[] entries, long[] costs) {
        for (int at = 0; at < costs.length; at++) {
            if (costs[at] < CheckedTable.FORBIDDEN) {
                costs[at] =
                        Math.min(Math.addExact(costs[at], floor(amounts[entries[at]], price)), CheckedTable.FORBIDDEN);
            }
        }
    }

    /** Of one unit of what a table has rows for, in 2^-32. */
    private long price(int b, int quantity) {
        if (quantity >= Quantity.COUNT) {
            return lambda[b][quantity - Quantity.COUNT];
        }
        return switch (Quantity.values()[quantity]) {
            case TIME -> timed ? Prices.ONE : 0;
            case FORWARD_COMPUTE -> timed ? mu[b][0] : 0;
            case FORWARD_ASYNC -> timed ? async(mu[b][0]) : 0;
            case BACKWARD_COMPUTE -> timed ? mu[b][1] : 0;
            case BACKWARD_ASYNC -> timed ? async(mu[b][1]) : 0;
            case STATIC -> all;
            case KEPT -> later[b];
            case GRADIENT -> earlier[b];
        };
    }

    private long async(long share) {
        return Math.addExact(scale(share), Prices.ONE - share);
    }
}
