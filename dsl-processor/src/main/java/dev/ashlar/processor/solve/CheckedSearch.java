package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The checker's own search: what every block can come to, then one block after the other from the last one on. */
final class CheckedSearch {
    private static final int TIME = 0;
    private static final int FIXED = 1;
    private static final int GRADIENT = 2;
    private static final int PEAK = 3;

    private final Problem problem;
    private final CheckedPrices prices;
    private final CheckedChain chain;
    private final long budget;
    private final long cutoff;
    private final long worth;
    private final int mostTried;
    private long tried;

    /**
     * @param cutoff on the time, exclusive; 1 where times do not count
     * @param mostTried sums before the search is given up
     */
    CheckedSearch(Problem problem, CheckedPrices prices, CheckedChain chain, long budget, long cutoff, int mostTried) {
        this.problem = problem;
        this.prices = prices;
        this.chain = chain;
        this.budget = budget;
        this.cutoff = cutoff;
        this.mostTried = mostTried;
        worth = prices.budget(budget);
    }

    private void count(long more) {
        tried += more;
        if (tried > mostTried) {
            throw new ArithmeticException("the search is too large to check");
        }
    }

    /**
     * Whether no labelling within the budget is below the cutoff.
     *
     * @throws ArithmeticException if there is too much to search
     */
    boolean findsNothing() {
        List<List<List<long[]>>> options = chain.options(prices.timed(), Math.addExact(cutoff, worth), this::count);
        List<List<long[]>> suffixes = List.of(List.of(new long[] {0, 0, 0, -1}));
        for (int b = problem.blocks().size() - 1; b >= 0; b--) {
            suffixes = longer(b, options.get(chain.number(b)), suffixes);
        }
        return suffixes.stream().allMatch(List::isEmpty);
    }

    private List<List<long[]>> longer(int b, List<List<long[]>> options, List<List<long[]>> suffixes) {
        List<List<long[]>> result = new ArrayList<>();
        long[] before = chain.before(b);
        Arrays.stream(before).forEach(sum -> result.add(new ArrayList<>()));
        long gradientPrice = prices.earlier(b);
        long peakPrice = Math.addExact(prices.later(b), prices.points(b, false));
        for (int k = 0; k < options.size(); k++) {
            int entry = chain.entry(b, k);
            for (long[] option : options.get(k)) {
                List<long[]> tails = suffixes.get(chain.exit(b, k));
                count(tails.size());
                for (long[] tail : tails) {
                    long[] whole = joined(option, tail);
                    if (permits(whole, before[entry], gradientPrice, peakPrice)) {
                        insert(result.get(entry), whole);
                    }
                }
            }
        }
        return result;
    }

    private long[] joined(long[] option, long[] tail) {
        long forward = option[option.length - 2];
        long backward = option[option.length - 1];
        long later = tail[PEAK] < 0 ? -1 : tail[PEAK] + amount(option, Quantity.KEPT);
        long peak = Math.max(Math.max(forward, later), backward < 0 ? -1 : backward + tail[GRADIENT]);
        return new long[] {
            tail[TIME] + time(option),
            tail[FIXED] + amount(option, Quantity.STATIC),
            tail[GRADIENT] + amount(option, Quantity.GRADIENT),
            peak
        };
    }

    private static long amount(long[] option, Quantity quantity) {
        return option[1 + quantity.ordinal()];
    }

    private long time(long[] option) {
        long forward = direction(amount(option, Quantity.FORWARD_COMPUTE), amount(option, Quantity.FORWARD_ASYNC));
        long backward = direction(amount(option, Quantity.BACKWARD_COMPUTE), amount(option, Quantity.BACKWARD_ASYNC));
        return amount(option, Quantity.TIME) + forward + backward;
    }

    private long direction(long compute, long async) {
        return Math.max(Math.addExact(compute, prices.scale(async)), async);
    }

    private boolean permits(long[] sums, long before, long gradientPrice, long peakPrice) {
        if (sums[TIME] >= cutoff || sums[PEAK] >= 0 && sums[FIXED] + sums[PEAK] > budget) {
            return false;
        }
        long bound = Math.addExact(sums[TIME] - worth, before);
        bound = Math.addExact(bound, CheckedPrices.floor(sums[FIXED], prices.all()));
        bound = Math.addExact(bound, CheckedPrices.floor(sums[GRADIENT], gradientPrice));
        return Math.addExact(bound, CheckedPrices.floor(Math.max(0, sums[PEAK]), peakPrice)) < cutoff;
    }

    private void insert(List<long[]> others, long[] sums) {
        count(others.size() / 16);
        for (long[] other : others) {
            if (isNoMore(other, sums)) {
                return;
            }
        }
        others.removeIf(o -> isNoMore(sums, o));
        others.add(sums);
    }

    private static boolean isNoMore(long[] a, long[] b) {
        return a[TIME] <= b[TIME] && a[FIXED] <= b[FIXED] && a[GRADIENT] <= b[GRADIENT] && a[PEAK] <= b[PEAK];
    }
}
