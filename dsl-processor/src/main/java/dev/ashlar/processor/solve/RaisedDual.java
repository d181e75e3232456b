package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Prices of memory where some directions of blocks take as long as they do: cutting planes among the labellings that known ways of the blocks
 * make. What that comes to is no bound, for other ways may be cheaper at its prices, but says where to look for one.
 */
final class RaisedDual {
    private static final int ROUNDS = 40;

    private static final double TOLERANCE = 1e-5;

    private final Problem problem;
    private final Incumbent incumbent;
    private final Ways ways;
    private final List<SegmentShare> whole;
    private final Master master;

    /** @param prices whose odd shares stay */
    RaisedDual(Problem problem, Incumbent incumbent, Ways ways, Prices prices) {
        this.problem = problem;
        this.incumbent = incumbent;
        this.ways = ways;
        whole = prices.segments().stream().filter(s -> !Prices.isSum(s.share())).toList();
        master = new Master(problem, incumbent.goal(), new Segments(problem, prices));
    }

    /** Prices and what they come to among the known ways. */
    record Expected(Prices prices, long bound) {}

    /** The best prices; empty if the ways make no labelling. */
    Optional<Expected> solve(Prices start) {
        Expected best = evaluate(start);
        for (int round = 0; round < ROUNDS && !master.columns().isEmpty(); round++) {
            Optional<Master.Step> step = master.solve();
            if (step.isEmpty()) {
                break;
            }
            Expected next = evaluate(prices(step.get().prices()));
            best = next.bound() > best.bound() ? next : best;
            if (step.get().bound() - best.bound() <= TOLERANCE * Math.max(1, Math.abs((double) best.bound()))) {
                break;
            }
        }
        return master.columns().isEmpty() ? Optional.empty() : Optional.of(best);
    }

    private Prices prices(Prices of) {
        List<SegmentShare> shares = new ArrayList<>(whole);
        of.segments().forEach(s -> shares.add(new SegmentShare(s.block(), s.backward(), Prices.sum(s.share()))));
        return new Prices(of.points(), shares);
    }

    List<Column> columns() {
        return master.columns();
    }

    private Expected evaluate(Prices prices) {
        Pricing pricing = Pricing.of(problem, prices, true);
        Optional<Ways.Least> least = ways.least(pricing);
        least.map(l -> Column.of(problem, l.labels())).ifPresent(c -> {
            incumbent.offer(c.labels(), c.evaluation());
            master.add(c);
        });
        long worth = pricing.worth(incumbent.goal().budget());
        return new Expected(prices, least.map(l -> l.sum() - worth).orElse(Long.MIN_VALUE));
    }
}
