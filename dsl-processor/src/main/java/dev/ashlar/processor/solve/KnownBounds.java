package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Least priced sums that were met. They are there for every budget: where one is near another, what was proved of it says much of this one. */
final class KnownBounds {
    private final List<Known> all = new ArrayList<>();

    private record Known(Prices prices, long sum) {
        Proof.Dual within(long budget) {
            return new Proof.Dual(prices, sum - worth(prices, budget));
        }
    }

    private static long worth(Prices prices, long budget) {
        return FixedPoint.up(
                budget,
                prices.points().stream().mapToLong(Prices.PointPrice::price).sum());
    }

    /** Notes what was proved within a budget, if it is by prices alone. */
    void add(Proof proof, long budget) {
        if (proof instanceof Proof.Dual dual
                && all.stream().noneMatch(k -> k.prices().equals(dual.prices()))) {
            all.add(new Known(dual.prices(), dual.bound() + worth(dual.prices(), budget)));
        }
    }

    /** The highest bound on times within a budget; the first among equals. */
    Optional<Proof.Dual> within(long budget) {
        Comparator<Proof.Dual> lower = Comparator.comparingLong(Proof.Dual::bound);
        return all.stream().map(k -> k.within(budget)).reduce((a, b) -> lower.compare(a, b) >= 0 ? a : b);
    }
}
