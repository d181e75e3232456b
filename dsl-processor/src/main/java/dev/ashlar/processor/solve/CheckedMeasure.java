package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What the checker's search counts of a block, and where. A relaxed one leaves points without a price out; memory that all points that are left
 * have in common it counts as static, memory that none of them has not at all. A direction with an even share it counts as what that share
 * says, one with an odd share as the larger of two sums.
 */
final class CheckedMeasure {
    private static final int TIMES = Quantity.STATIC.ordinal();

    private final Problem problem;
    private final long[][] weights;
    private final BitSet points;
    private final boolean relaxed;

    /** Sums of times whose largest counts; 0 where times do not count or one by one. */
    private final int sums;

    /**
     * @param b a block of those that are alike
     */
    CheckedMeasure(Problem problem, CheckedPrices prices, int b, boolean relaxed) {
        this.problem = problem;
        this.relaxed = relaxed;
        Block block = problem.blocks().get(b);
        weights = new long[Quantity.COUNT][Quantity.COUNT];
        points = new BitSet();
        points.set(0, block.points());
        if (relaxed) {
            points.clear();
            Arrays.stream(prices.priced(b)).forEach(points::set);
            weights[TIMES][TIMES] = Prices.ONE;
            memory(Quantity.KEPT.ordinal(), prices.later(b), prices.all());
            memory(Quantity.GRADIENT.ordinal(), prices.earlier(b), prices.all());
            this.sums = prices.timed() ? times(prices, b) : 0;
        } else {
            for (int q = prices.timed() ? 0 : TIMES; q < Quantity.COUNT; q++) {
                weights[plain(block, q) ? 0 : q][q] = Prices.ONE;
            }
            this.sums = 0;
        }
    }

    /** Compute that nothing runs beside is plain time. */
    private static boolean plain(Block block, int q) {
        boolean compute = q == Quantity.FORWARD_COMPUTE.ordinal() || q == Quantity.BACKWARD_COMPUTE.ordinal();
        return compute && block.factors().stream().allMatch(f -> f.amounts(q + 1).length == 0);
    }

    private void memory(int quantity, long price, long all) {
        if (price > 0) {
            weights[price == all ? TIMES : quantity][quantity] = Prices.ONE;
        }
    }

    private int times(CheckedPrices prices, int b) {
        List<long[]> rows = new ArrayList<>();
        rows.add(new long[Quantity.COUNT]);
        rows.get(0)[0] = Prices.ONE;
        for (Quantity compute : List.of(Quantity.FORWARD_COMPUTE, Quantity.BACKWARD_COMPUTE)) {
            int c = compute.ordinal();
            long share = prices.share(b, compute == Quantity.BACKWARD_COMPUTE);
            List<long[]> longer = new ArrayList<>();
            for (long[] row : rows) {
                if (share % 2 == 0) {
                    longer.add(with(row, c, share, Math.addExact(prices.scale(share), Prices.ONE - share)));
                } else {
                    longer.add(with(row, c, Prices.ONE, prices.scale(Prices.ONE)));
                    longer.add(with(row, c, 0, Prices.ONE));
                }
            }
            rows = longer;
        }
        for (int r = 0; r < rows.size(); r++) {
            weights[r] = rows.get(r);
        }
        return rows.size();
    }

    private static long[] with(long[] row, int compute, long weight, long asyncWeight) {
        long[] longer = row.clone();
        longer[compute] = weight;
        longer[compute + 1] = asyncWeight;
        return longer;
    }

    boolean counts(int point) {
        return points.get(point);
    }

    /** Adds what an entry comes to, times and memory from {@code at} on, then points. */
    void add(long[] to, int at, Factor factor, int entry) {
        for (int q : factor.used()) {
            long amount = factor.amount(q, entry);
            if (q >= Quantity.COUNT) {
                to[at + q] = Math.addExact(to[at + q], points.get(q - Quantity.COUNT) ? amount : 0);
            }
            for (int place = 0; q < Quantity.COUNT && place < weights.length; place++) {
                to[at + place] = Math.addExact(to[at + place], CheckedPrices.floor(amount, weights[place][q]));
            }
        }
    }

    /** The time of what was added from {@code at} on. */
    long time(long[] sum, int at) {
        if (!relaxed) {
            return sum[at] + direction(sum[at + 1], sum[at + 2]) + direction(sum[at + 3], sum[at + 4]);
        }
        long most = 0;
        for (int s = 0; s < sums; s++) {
            most = Math.max(most, sum[at + s]);
        }
        return most;
    }

    private long direction(long compute, long async) {
        long whole = Math.multiplyExact(async / problem.slowdownDenominator(), problem.slowdownNumerator());
        long part = async % problem.slowdownDenominator() * problem.slowdownNumerator();
        long slowed = Math.addExact(compute, Math.addExact(whole, part / problem.slowdownDenominator()));
        return Math.max(slowed, async);
    }
}
