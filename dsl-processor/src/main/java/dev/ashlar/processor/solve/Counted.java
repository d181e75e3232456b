package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a search counts the amounts of a block. One that keeps the budget at priced points alone counts together what no such point tells
 * apart: memory that is kept where all of them come behind the block is as good as static there, and is nothing where all of them come before
 * it; gradients likewise. Its times are sums that are never above the time: a direction with an even share is counted by what it costs at
 * that share, one with an odd share in one sum by compute that communication slows down and in another by communication, so that the
 * largest of all sums is the time but for rounding.
 */
final class Counted {
    private static final int FIXED = Quantity.STATIC.ordinal();
    /** Compute of both directions; communication of a direction comes behind it. */
    static final List<Quantity> COMPUTES = List.of(Quantity.FORWARD_COMPUTE, Quantity.BACKWARD_COMPUTE);

    /** By place, then quantity: what one unit counts there, in 2^-32. */
    private final long[][] prices;

    /** By quantity of memory. */
    private final int[] places;

    /** First places, of sums whose largest is the time; 0 where times are counted one by one. */
    private final int sums;

    private Counted(long[][] prices, int[] places, int sums) {
        this.prices = prices;
        this.places = places;
        this.sums = sums;
    }

    static Counted of(Problem problem, Narrowed narrowed) {
        return narrowed.pricedAlone() ? priced(problem, narrowed) : one(narrowed);
    }

    /** All one by one. */
    private static Counted one(Narrowed narrowed) {
        long[][] prices = new long[Quantity.COUNT][Quantity.COUNT];
        for (int q = narrowed.timed() ? 0 : FIXED; q < Quantity.COUNT; q++) {
            prices[isPlain(narrowed, q) ? Quantity.TIME.ordinal() : q][q] = Prices.ONE;
        }
        return new Counted(prices, IntStream.range(0, Quantity.COUNT).toArray(), 0);
    }

    /** Compute that nothing runs beside is plain time. */
    private static boolean isPlain(Narrowed narrowed, int quantity) {
        return COMPUTES.stream()
                .anyMatch(c -> c.ordinal() == quantity && !narrowed.block().overlaps(async(c)));
    }

    private static Quantity async(Quantity compute) {
        return Quantity.values()[compute.ordinal() + 1];
    }

    private static Counted priced(Problem problem, Narrowed narrowed) {
        List<long[]> prices = new ArrayList<>(narrowed.timed() ? sums(problem, narrowed) : List.of());
        int sums = prices.size();
        int[] places = new int[Quantity.COUNT];
        long[] coefficients = narrowed.coefficients();
        for (int q = FIXED; q < Quantity.COUNT; q++) {
            boolean own = q == FIXED || coefficients[q] > 0 && coefficients[q] != coefficients[FIXED];
            if (own) {
                prices.add(new long[Quantity.COUNT]);
            }
            places[q] = own ? prices.size() - 1 : sums;
            prices.get(places[q])[q] = q == FIXED || coefficients[q] > 0 ? Prices.ONE : 0;
        }
        return new Counted(prices.toArray(long[][]::new), places, sums);
    }

    /** One sum for every choice of compute or communication in the directions with an odd share. */
    private static List<long[]> sums(Problem problem, Narrowed narrowed) {
        List<Quantity> whole = COMPUTES.stream()
                .filter(c -> !Prices.isSum(narrowed.coefficients()[c.ordinal()]))
                .toList();
        List<long[]> sums = new ArrayList<>();
        for (int sum = 0; sum < 1 << whole.size(); sum++) {
            long[] prices = new long[Quantity.COUNT];
            System.arraycopy(narrowed.coefficients(), 0, prices, 0, FIXED);
            for (int w = 0; w < whole.size(); w++) {
                boolean async = (sum >> w & 1) == 1;
                int c = whole.get(w).ordinal();
                prices[c] = async ? 0 : Prices.ONE;
                prices[c + 1] = async ? Prices.ONE : problem.scaledBySlowdown(Prices.ONE);
            }
            sums.add(prices);
        }
        return sums;
    }

    /**
     * What one unit of every quantity costs at other shares of the directions that are counted as they are: no sum at any shares is above what
     * they take, and what is much of one alone is above at other shares than what is some of both.
     */
    static List<long[]> shares(Problem problem, Narrowed narrowed) {
        List<long[]> shares = new ArrayList<>();
        if (!narrowed.pricedAlone() || !narrowed.timed()) {
            return shares;
        }
        for (Quantity compute : COMPUTES) {
            long share = narrowed.coefficients()[compute.ordinal()];
            if (!Prices.isSum(share)) {
                for (long other : new long[] {0, share / 2, share + (Prices.ONE - share) / 2, Prices.ONE}) {
                    long[] coefficients = narrowed.coefficients().clone();
                    coefficients[compute.ordinal()] = other;
                    coefficients[compute.ordinal() + 1] = problem.scaledBySlowdown(other) + Prices.ONE - other;
                    shares.add(coefficients);
                }
            }
        }
        return shares;
    }

    /** How many places there are before those of points. */
    int count() {
        return prices.length;
    }

    /** Adds the amounts of an entry by place, then point. */
    void add(long[] amounts, Factor factor, int entry) {
        for (int q : factor.used()) {
            long amount = factor.amounts(q)[entry];
            for (int place = 0; q < Quantity.COUNT && place < prices.length; place++) {
                amounts[place] += FixedPoint.down(amount, prices[place][q]);
            }
            if (q >= Quantity.COUNT) {
                amounts[prices.length + q - Quantity.COUNT] += amount;
            }
        }
    }

    /** The time of amounts by place. */
    long time(Problem problem, long[] amounts) {
        return sums == 0 && prices.length == Quantity.COUNT
                ? Evaluation.time(problem, amounts)
                : Arrays.stream(amounts, 0, sums).max().orElse(0);
    }

    /** Memory of a kind; 0 where it is counted as another or not at all. */
    long amount(Quantity quantity, long[] amounts) {
        int place = places[quantity.ordinal()];
        return quantity == Quantity.STATIC || place != places[FIXED] ? amounts[place] : 0;
    }
}
