package dev.ashlar.processor.solve;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * What blocks of one number come to at least where directions take as long as they do. Sums at a share are often far below that: then what
 * the other blocks come to rules out most of what is to be searched.
 */
final class CheckedRaise {
    private static final Set<Quantity> COMPUTES = EnumSet.of(Quantity.FORWARD_COMPUTE, Quantity.BACKWARD_COMPUTE);

    /** Shares of what is missing to the limit that are listed one after the other. */
    private static final int[] PARTS = {8, 4, 2};

    private final Problem problem;
    private final CheckedPrices prices;
    private final CheckedChain chain;
    private final int number;
    private final int b;
    private final Block block;

    CheckedRaise(Problem problem, CheckedPrices prices, CheckedChain chain, int number) {
        this.problem = problem;
        this.prices = prices;
        this.chain = chain;
        this.number = number;
        b = chain.first(number);
        block = problem.blocks().get(b);
    }

    /** Raises what they come to, first with one direction alone. */
    void raise(long limit, LongConsumer tried) {
        EnumSet<Quantity> odd = EnumSet.noneOf(Quantity.class);
        COMPUTES.stream()
                .filter(c -> prices.share(b, c == Quantity.BACKWARD_COMPUTE) % 2 == 1)
                .forEach(odd::add);
        if (priced(true) > 1 || priced(false) > 1) {
            return;
        }
        if (odd.size() > 1) {
            odd.forEach(one -> raise(EnumSet.complementOf(EnumSet.of(one)), limit, tried));
        }
        if (!odd.isEmpty()) {
            raise(Set.of(), limit, tried);
        }
    }

    private long priced(boolean backward) {
        return IntStream.of(prices.priced(b))
                .filter(p -> p >= block.forwardPoints() == backward)
                .count();
    }

    private void raise(Set<Quantity> sums, long limit, LongConsumer tried) {
        CheckedMeasure measure = new CheckedMeasure(problem, prices, b, true, sums);
        for (int part : PARTS) {
            long least = chain.least();
            long near = least + (limit - least) / part;
            if (least < limit) {
                long[] outside = chain.outside().get(number);
                List<List<long[]>> options = chain.options(number, outside, measure, near, tried);
                long[] higher = chain.least(number).clone();
                for (int k = 0; k < higher.length; k++) {
                    long listed =
                            options.get(k).stream().mapToLong(this::cost).min().orElse(CheckedTable.FORBIDDEN);
                    if (outside[k] < CheckedTable.FORBIDDEN) {
                        higher[k] = Math.max(higher[k], Math.min(listed, near - outside[k]));
                    }
                }
                chain.raise(number, higher);
            }
            if (chain.least() < near) {
                return;
            }
        }
    }

    /** What an option costs: the one point of a direction that has a price is its peak. */
    private long cost(long[] option) {
        long cost = option[CheckedOptions.TIME];
        cost = Math.addExact(cost, floor(option, Quantity.STATIC, prices.all()));
        cost = Math.addExact(cost, floor(option, Quantity.KEPT, prices.later(b)));
        cost = Math.addExact(cost, floor(option, Quantity.GRADIENT, prices.earlier(b)));
        long backward = prices.points(b, true);
        long forward = prices.points(b, false) - backward;
        cost = Math.addExact(cost, CheckedPrices.floor(Math.max(0, option[option.length - 2]), forward));
        return Math.addExact(cost, CheckedPrices.floor(Math.max(0, option[option.length - 1]), backward));
    }

    private static long floor(long[] option, Quantity quantity, long price) {
        return CheckedPrices.floor(option[1 + quantity.ordinal()], price);
    }
}
