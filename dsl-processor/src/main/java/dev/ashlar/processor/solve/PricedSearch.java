package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * A search that keeps the budget at priced points alone, and counts directions of blocks with a share of nothing or all by that part of their
 * time: far less to tell apart, and what it finds nothing below is a bound for all. Where what it finds is no labelling of that time within
 * the budget, the point that needs most gets the least price there is, and directions get nearly their share; then it is done again.
 */
final class PricedSearch {
    private static final int ROUNDS = 40;

    /** Labellings of a round whose points get prices. */
    private static final int REFINED = 3;

    private final Chain chain;
    private final Problem problem;
    private final Incumbent incumbent;
    private final Goal goal;
    private final Effort effort;
    private final Work work;
    private Relaxation relaxation;
    private Set<LabelSearch.Settled> settled = new HashSet<>();
    private boolean begun;
    private boolean hasListed;

    PricedSearch(Chain chain, Relaxation relaxation, Incumbent incumbent, Effort effort, Work work) {
        this.chain = chain;
        this.incumbent = incumbent;
        this.effort = effort;
        this.work = work;
        problem = chain.problem();
        goal = incumbent.goal();
        Prices prices = relaxation.pricing().prices();
        List<SegmentShare> sums = prices.segments().stream()
                .map(s -> new SegmentShare(s.block(), s.backward(), Prices.sum(s.share())))
                .toList();
        this.relaxation = priced(new Prices(prices.points(), sums));
    }

    /** Counts the direction as it is that raises the bound most. */
    private void begin(long cutoff) {
        Prices sums = prices();
        Relaxation best = relaxation;
        for (boolean backward : new boolean[] {false, true}) {
            List<SegmentShare> shares = sums.segments().stream()
                    .map(s -> s.backward() == backward && isMixed(s) ? whole(s) : s)
                    .toList();
            if (!shares.equals(sums.segments())) {
                Set<LabelSearch.Settled> own = new HashSet<>();
                Relaxation whole = priced(new Prices(sums.points(), shares));
                Relaxation raised =
                        new LabelSearch(chain, whole, own, incumbent, effort, work).raised(cutoff, goal.budget());
                if (raised.least() > best.least()) {
                    best = raised;
                    settled = own;
                }
            }
        }
        relaxation = best;
    }

    private static boolean isMixed(SegmentShare s) {
        return Math.min(s.share(), Prices.ONE - s.share()) > Prices.ONE >> 20;
    }

    private Relaxation priced(Prices prices) {
        Relaxation priced = Relaxation.of(chain, Pricing.of(problem, prices, goal.timed()));
        work.spend(priced.additions() / Work.ADDITIONS);
        return priced;
    }

    /** With which the last search was done. */
    Prices prices() {
        return relaxation.pricing().prices();
    }

    /**
     * Proves ever more, as far as the cutoff, and offers labellings.
     *
     * @param proved takes bounds on the time or the peak; they hold for {@link #prices}
     * @return whether nothing below the cutoff was left out
     */
    boolean run(long cutoff, LongConsumer proved) {
        if (!begun && goal.timed()) {
            begin(Math.min(cutoff, incumbent.best()));
            begun = true;
        }
        for (int round = 0; round < ROUNDS; round++) {
            long below = Math.min(cutoff, incumbent.best());
            LabelSearch search = new LabelSearch(chain, relaxation, settled, incumbent, effort, work);
            LabelSearch.Found found = goal.timed() ? search.priced(below, goal.budget()) : search.priced(1, below - 1);
            relaxation = search.relaxation();
            proved.accept(found.least());
            found.labellings().forEach(x -> incumbent.offer(x));
            if (found.least() >= Math.min(cutoff, incumbent.best())) {
                return true;
            }
            hasListed |= !found.labellings().isEmpty();
            if (found.labellings().isEmpty() || !refine(found.labellings())) {
                return false;
            }
        }
        return false;
    }

    /** Whether some labellings were met. */
    boolean hasListed() {
        return hasListed;
    }

    /** Tells labellings apart that are not as good as they seemed; false if they are. */
    private boolean refine(List<int[]> labellings) {
        List<PointPrice> points = new ArrayList<>(prices().points());
        List<SegmentShare> shares = new ArrayList<>(prices().segments());
        int refined = 0;
        for (int[] x : labellings) {
            Evaluation evaluation = Evaluation.of(problem, x);
            if (refined++ < REFINED) {
                add(worst(evaluation), points);
            }
            if (refined == 1) {
                whole(evaluation, shares);
            }
        }
        Prices finer = new Prices(points, shares);
        if (finer.equals(prices())) {
            return false;
        }
        relaxation = priced(finer).atLeast(relaxation);
        settled.clear();
        return true;
    }

    private static void add(PointPrice point, List<PointPrice> points) {
        if (points.stream().noneMatch(p -> p.block() == point.block() && p.point() == point.point())) {
            points.add(point);
        }
    }

    private static PointPrice worst(Evaluation evaluation) {
        long[][] memory = evaluation.memory();
        PointPrice worst = new PointPrice(0, 0, 1);
        long most = Long.MIN_VALUE;
        for (int b = 0; b < memory.length; b++) {
            for (int p = 0; p < memory[b].length; p++) {
                if (memory[b][p] > most) {
                    most = memory[b][p];
                    worst = new PointPrice(b, p, 1);
                }
            }
        }
        return worst;
    }

    /** The direction of a labelling whose sum is most below its time, and its likes. */
    private void whole(Evaluation evaluation, List<SegmentShare> shares) {
        long most = 0;
        Optional<SegmentShare> worst = Optional.empty();
        for (SegmentShare share : shares) {
            long missing = Prices.isSum(share.share()) ? missing(share, evaluation) : 0;
            if (missing > most) {
                most = missing;
                worst = Optional.of(share);
            }
        }
        worst.ifPresent(w -> shares.replaceAll(s -> isLike(s, w) ? whole(s) : s));
    }

    private boolean isLike(SegmentShare s, SegmentShare other) {
        return s.backward() == other.backward() && relaxation.classOf(s.block()) == relaxation.classOf(other.block());
    }

    private static SegmentShare whole(SegmentShare s) {
        return new SegmentShare(s.block(), s.backward(), Prices.whole(s.share()));
    }

    /** What the sum of a direction is below its time. */
    private long missing(SegmentShare s, Evaluation evaluation) {
        Quantity compute = s.backward() ? Quantity.BACKWARD_COMPUTE : Quantity.FORWARD_COMPUTE;
        long[] amounts = evaluation.amounts(s.block());
        long[] prices = relaxation.pricing().coefficients(s.block());
        int c = compute.ordinal();
        long sum = FixedPoint.down(amounts[c], prices[c]) + FixedPoint.down(amounts[c + 1], prices[c + 1]);
        return Evaluation.segment(problem, amounts[c], amounts[c + 1]) - sum;
    }
}
