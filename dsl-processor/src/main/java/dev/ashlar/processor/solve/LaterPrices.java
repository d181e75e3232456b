package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Prices where part of what the points of a block cost is what the next later point costs instead. They add up to as much and bound the same
 * labellings, but other ways of the block are cheap: one that needs much at its own points and one that keeps much for later ones, which prices
 * mix, are not both cheap at all of them.
 */
final class LaterPrices {
    private static final int PARTS = 4;

    private LaterPrices() {}

    /** At a quarter, at half, at all; none if the block or all later ones have no price. */
    static List<Prices> of(Prices prices, int block) {
        Optional<PointPrice> next = prices.points().stream()
                .filter(p -> p.block() > block && p.price() > 0)
                .min(Comparator.comparingInt(PointPrice::block).thenComparingInt(PointPrice::point));
        boolean has = prices.points().stream().anyMatch(p -> p.block() == block && p.price() > 0);
        List<Prices> later = new ArrayList<>();
        for (int parts = 1; next.isPresent() && has && parts <= PARTS; parts *= 2) {
            later.add(moved(prices, block, next.get(), parts));
        }
        return later;
    }

    private static Prices moved(Prices prices, int block, PointPrice next, int parts) {
        List<PointPrice> points = new ArrayList<>();
        long sum = 0;
        for (PointPrice p : prices.points()) {
            long part = p.block() == block ? p.price() / PARTS * parts : 0;
            sum += part;
            points.add(new PointPrice(p.block(), p.point(), p.price() - part));
        }
        long more = sum;
        points.replaceAll(p -> p.block() == next.block() && p.point() == next.point()
                ? new PointPrice(p.block(), p.point(), p.price() + more)
                : p);
        points.removeIf(p -> p.price() == 0);
        return new Prices(points, prices.segments());
    }
}
