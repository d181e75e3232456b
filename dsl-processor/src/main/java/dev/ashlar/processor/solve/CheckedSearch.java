package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The checker's own search, one block after the other from the last one on. What a block can come to is listed once all later ones are put
 * together: that is less where these come to more than the sum of what each does, and is not needed where nothing is left of them.
 */
final class CheckedSearch {
    private static final int TIME = 0;
    private static final int FIXED = 1;
    private static final int GRADIENT = 2;
    private static final int PEAK = 3;

    /** Rows that are held before those go that others beat. */
    private static final int BUFFER = 1 << 13;

    /** Pairs that are tried as quickly as one row of a block. */
    private static final int PAIRS = 16;

    private final Problem problem;
    private final CheckedPrices prices;
    private final CheckedChain chain;
    private final long budget;
    private final long cutoff;
    private final long worth;
    private final int mostTried;
    private final boolean relaxed;
    private final List<Proof.Raise> raises;
    private long tried;

    /**
     * @param cutoff on the time, exclusive; 1 where times do not count
     * @param relaxed whether the budget is kept at priced points alone
     * @param raises what is found out of blocks before
     * @param mostTried sums before the search is given up
     */
    CheckedSearch(
            Problem problem,
            CheckedPrices prices,
            CheckedChain chain,
            long budget,
            long cutoff,
            boolean relaxed,
            List<Proof.Raise> raises,
            int mostTried) {
        this.problem = problem;
        this.prices = prices;
        this.chain = chain;
        this.budget = budget;
        this.cutoff = cutoff;
        this.relaxed = relaxed;
        this.raises = raises;
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
        long limit = Math.addExact(cutoff, worth);
        for (Proof.Raise raise : raises) {
            new CheckedRaise(problem, prices, chain).raise(raise, this::count);
        }
        Map<Integer, List<List<long[]>>> options = new HashMap<>();
        List<List<long[]>> suffixes = List.of(List.of(new long[] {0, 0, 0, -1}));
        for (int b = problem.blocks().size() - 1; b >= 0; b--) {
            // Where nothing is left of later blocks, it does not matter what earlier ones come to.
            if (suffixes.stream().allMatch(List::isEmpty)) {
                return true;
            }
            int at = b;
            long[] after = after(b + 1, suffixes);
            List<List<long[]>> own = options.computeIfAbsent(chain.number(b), c -> listed(at, after, limit));
            suffixes = longer(b, own, suffixes);
        }
        return suffixes.stream().allMatch(List::isEmpty);
    }

    /**
     * What a block and those that are used alike can come to.
     *
     * @param after what the later blocks cost at least, by joint label of their entries
     */
    private List<List<long[]>> listed(int b, long[] after, long limit) {
        int number = chain.number(b);
        boolean isOne = chain.count(number) == 1;
        long[] outside = isOne ? chain.outside(b, after) : chain.outside().get(number);
        List<CheckedChain.Other> others = new ArrayList<>();
        if (relaxed) {
            prices.others(chain.first(number)).forEach(p -> others.add(new CheckedChain.Other(p, outside)));
        }
        if (relaxed && isOne) {
            for (CheckedPrices moved : prices.paidLater(b)) {
                CheckedChain other = chain.at(moved);
                others.add(new CheckedChain.Other(moved, other.outside(b, other.after(b + 1))));
            }
        }
        CheckedMeasure measure = new CheckedMeasure(problem, prices, b, relaxed);
        return chain.options(number, outside, measure, others, limit, this::count);
    }

    /** What is put together of the blocks from {@code b} on costs at least, by joint label of their entries. */
    private long[] after(int b, List<List<long[]>> suffixes) {
        return suffixes.stream()
                .mapToLong(all -> all.stream().mapToLong(s -> cost(b, s)).min().orElse(CheckedTable.FORBIDDEN))
                .toArray();
    }

    private long cost(int b, long[] sums) {
        if (b == problem.blocks().size()) {
            return 0;
        }
        long cost = Math.addExact(sums[TIME], CheckedPrices.floor(sums[FIXED], prices.all()));
        cost = Math.addExact(cost, CheckedPrices.floor(sums[GRADIENT], prices.earlier(b)));
        return Math.addExact(cost, CheckedPrices.floor(Math.max(0, sums[PEAK]), peakPrice(b)));
    }

    /** Of all points of a block and later ones. */
    private long peakPrice(int b) {
        return Math.addExact(prices.later(b), prices.points(b, false));
    }

    private List<List<long[]>> longer(int b, List<List<long[]>> options, List<List<long[]>> suffixes) {
        List<List<long[]>> result = new ArrayList<>();
        long[] before = chain.before(b);
        Arrays.stream(before).forEach(sum -> result.add(new ArrayList<>()));
        int[] enough = new int[before.length];
        Arrays.fill(enough, BUFFER);
        long gradientPrice = prices.earlier(b);
        long peakPrice = peakPrice(b);
        for (int k = 0; k < options.size(); k++) {
            int entry = chain.entry(b, k);
            for (long[] option : options.get(k)) {
                List<long[]> tails = suffixes.get(chain.exit(b, k));
                count(1 + tails.size() / PAIRS);
                for (long[] tail : tails) {
                    long[] whole = joined(option, tail, peakPrice == prices.all());
                    if (permits(whole, before[entry], gradientPrice, peakPrice)) {
                        result.get(entry).add(whole);
                    }
                }
                if (result.get(entry).size() > enough[entry]) {
                    result.set(entry, CheckedFront.of(result.get(entry), 0, this::count));
                    enough[entry] = 2 * result.get(entry).size() + BUFFER;
                }
            }
        }
        result.replaceAll(rows -> CheckedFront.of(rows, 0, this::count));
        return result;
    }

    /** @param past whether earlier blocks have no price */
    private long[] joined(long[] option, long[] tail, boolean past) {
        long forward = option[option.length - 2];
        long backward = option[option.length - 1];
        long later = tail[PEAK] < 0 ? -1 : tail[PEAK] + amount(option, Quantity.KEPT);
        long peak = Math.max(Math.max(forward, later), backward < 0 ? -1 : backward + tail[GRADIENT]);
        long time = tail[TIME] + option[CheckedOptions.TIME];
        long fixed = tail[FIXED] + amount(option, Quantity.STATIC);
        // Where no point is left, all that is live adds to what comes before alike.
        return relaxed && past
                ? new long[] {time, fixed + Math.max(0, peak), 0, Math.min(0, peak)}
                : new long[] {time, fixed, tail[GRADIENT] + amount(option, Quantity.GRADIENT), peak};
    }

    private static long amount(long[] option, Quantity quantity) {
        return option[1 + quantity.ordinal()];
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
}
