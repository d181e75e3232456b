package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * What blocks come to at least where directions take as long as they do. Sums at a share are often far below that: then what the other blocks
 * come to rules out most of what is to be searched.
 */
final class CheckedRaise {
    private final Problem problem;
    private final CheckedPrices prices;
    private final CheckedChain chain;

    CheckedRaise(Problem problem, CheckedPrices prices, CheckedChain chain) {
        this.problem = problem;
        this.prices = prices;
        this.chain = chain;
    }

    /**
     * Raises what blocks come to, all that are the same at once.
     *
     * @throws IllegalArgumentException if there is no such block
     */
    void raise(Proof.Raise raise, LongConsumer tried) {
        if (raise.block() < 0 || raise.block() >= problem.blocks().size()) {
            throw new IllegalArgumentException("what is raised is no block");
        }
        if (raise.most() >= CheckedTable.FORBIDDEN) {
            throw new ArithmeticException("priced sums are too large");
        }
        List<long[]> outside = chain.outside();
        List<long[]> higher = new ArrayList<>();
        int[] numbers = IntStream.range(0, chain.distinct())
                .filter(c ->
                        problem.blocks().get(chain.first(c)) == problem.blocks().get(raise.block()))
                .filter(c -> isOne(chain.first(c)))
                .toArray();
        for (int c : numbers) {
            higher.add(higher(c, outside.get(c), raise.most() + 1, tried));
        }
        for (int k = 0; k < numbers.length; k++) {
            chain.raise(numbers[k], higher.get(k));
        }
    }

    /** Whether the most that is live is what the points with a price need. */
    private boolean isOne(int b) {
        return priced(b, true) <= 1 && priced(b, false) <= 1;
    }

    private long priced(int b, boolean backward) {
        return IntStream.of(prices.priced(b))
                .filter(p -> p >= problem.blocks().get(b).forwardPoints() == backward)
                .count();
    }

    /** @param limit up to which all ways are listed: what is not listed comes to no less */
    private long[] higher(int number, long[] outside, long limit, LongConsumer tried) {
        int b = chain.first(number);
        CheckedMeasure measure = new CheckedMeasure(problem, prices, b, true);
        List<CheckedChain.Other> others = prices.others(b).stream()
                .map(p -> new CheckedChain.Other(p, outside))
                .toList();
        List<List<long[]>> options = chain.options(number, outside, measure, others, limit, tried);
        long[] higher = chain.least(number).clone();
        for (int k = 0; k < higher.length; k++) {
            long listed =
                    options.get(k).stream().mapToLong(o -> cost(b, o)).min().orElse(CheckedTable.FORBIDDEN);
            if (outside[k] < CheckedTable.FORBIDDEN) {
                higher[k] = Math.max(higher[k], Math.min(listed, limit - outside[k]));
            }
        }
        return higher;
    }

    /** What an option costs: the one point of a direction that has a price is its peak. */
    private long cost(int b, long[] option) {
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
