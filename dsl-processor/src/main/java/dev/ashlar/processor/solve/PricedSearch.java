package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * A search that keeps the budget at priced points alone, and counts directions of blocks with a share of nothing or all by that part of their
 * time: far less to tell apart, and what it finds nothing below is a bound for all. Where what it finds is no labelling of that time within
 * the budget, the point that needs most gets the least price there is, and directions get nearly their share; then it is done again.
 */
final class PricedSearch {
    private static final int ROUNDS = 40;

    /** Labellings of a round whose points get prices. */
    private static final int REFINED = 3;

    /** How often better prices are looked for. */
    private static final int PRICES = 4;

    /** A share of what is missing that makes other prices worth a look. */
    private static final double WORTH = 1.0 / 16;

    /** Partial labellings of all closer searches, and of all searches for some labellings. */
    private static final long MOST_CLOSER = 5_000_000;

    /** Rounds of looking for labellings of a few ways. */
    private static final int APPROACHES = 8;

    /** How often less is proved where it was too much. */
    private static final int PARTS = 3;

    /** Bounds up to the one that is proved. */
    private static final int RUNGS = 4;

    private final Chain chain;
    private final Problem problem;
    private final Incumbent incumbent;
    private final Goal goal;
    private final Work work;
    private final Ways ways;
    private final Relaxation start;
    /** Once the first search was. */
    private Optional<Raiser> begun = Optional.empty();

    private boolean hasListed;

    PricedSearch(Chain chain, Relaxation start, Incumbent incumbent, Work work) {
        this.chain = chain;
        this.start = start;
        this.incumbent = incumbent;
        this.work = work;
        ways = new Ways(chain);
        problem = chain.problem();
        goal = incumbent.goal();
    }

    private Raiser raiser() {
        return begun.orElseThrow();
    }

    private Raiser raiser(Prices prices) {
        return new Raiser(chain, priced(prices), ways, work);
    }

    /** Counts directions as they are that prices mix, if that raises the bound, at the prices where it does so most. */
    private void begin(long cutoff, Effort effort) {
        Prices prices = start.pricing().prices();
        List<SegmentShare> sums = prices.segments().stream()
                .map(s -> new SegmentShare(s.block(), s.backward(), Prices.sum(s.share())))
                .toList();
        begun = Optional.of(raiser(new Prices(prices.points(), sums)));
        List<SegmentShare> shares =
                sums.stream().map(s -> isMixed(s) ? whole(s) : s).toList();
        if (goal.timed() && !shares.equals(sums)) {
            Raiser whole = raiser(new Prices(prices.points(), shares));
            whole.raise(slack(whole, cutoff), effort.options());
            if (bound(whole) > bound(raiser())) {
                begun = Optional.of(whole);
                optimise(cutoff, effort);
            }
        }
    }

    /** Better prices among the ways that were listed, and better labellings, which are made of a few of them. */
    private void optimise(long cutoff, Effort effort) {
        incumbent.labels().ifPresent(ways::add);
        ways.add(raiser().relaxation(), slack(raiser(), cutoff));
        RaisedDual dual = new RaisedDual(problem, incumbent, ways, prices());
        Prices last = prices();
        for (int round = 0; round < PRICES && bound(raiser()) < cutoff; round++) {
            Optional<RaisedDual.Expected> expected = dual.solve(last);
            long known = bound(raiser());
            new Primal(chain, incumbent).splice(new Dual.Result(raiser().relaxation(), dual.columns()));
            if (expected.isEmpty()
                    || expected.get().bound() - known < WORTH * (cutoff - known)
                    || expected.get().prices().equals(last)) {
                return;
            }
            last = expected.get().prices();
            Raiser next = raiser(last);
            ways.add(next.relaxation(), slack(next, cutoff));
            next.raise(slack(next, cutoff), effort.options());
            if (bound(next) > known) {
                begun = Optional.of(next);
            }
        }
    }

    private long bound(Raiser of) {
        return of.relaxation().bound(goal.budget());
    }

    /** The most that a labelling below a cutoff comes to. */
    private long slack(Raiser of, long cutoff) {
        return cutoff + of.relaxation().pricing().worth(goal.budget()) - 1;
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
        return raiser().relaxation().pricing().prices();
    }

    /** What was raised before. */
    List<Proof.Raise> raises() {
        return raiser().raises();
    }

    /**
     * Proves ever more, as far as the cutoff, and offers labellings.
     *
     * @param proved takes bounds on the time or the peak; they hold for {@link #prices}
     * @return whether nothing below the cutoff was left out
     */
    boolean run(long cutoff, Effort effort, LongConsumer proved) {
        if (begun.isEmpty()) {
            begin(Math.min(cutoff, incumbent.best()), effort);
        }
        for (int round = 0; round < ROUNDS; round++) {
            long below = Math.min(cutoff, incumbent.best());
            if (goal.timed()) {
                raiser().raise(slack(raiser(), below), effort.options());
            }
            LabelSearch search = new LabelSearch(chain, raiser().relaxation(), incumbent, effort, work);
            LabelSearch.Found found = goal.timed() ? search.priced(below, goal.budget()) : search.priced(1, below - 1);
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

    /**
     * Goes on where a search was given up: counts all directions of equal blocks as they are, looks for labellings of a few ways, then searches
     * from the last block on.
     *
     * @param target bound that is enough
     * @param proved takes bounds on the time; they hold for {@link #prices}
     */
    void closely(LongSupplier target, Effort effort, LongConsumer proved) {
        wholeWhereEqual(target.getAsLong(), effort);
        proved.accept(bound(raiser()));
        Raiser before = raiser();
        approach(effort, new Work(MOST_CLOSER));
        begun = Optional.of(before);
        Work closer = new Work(MOST_CLOSER);
        long known = bound(raiser());
        for (int part = 0; part < PARTS && known < target.getAsLong(); part++) {
            long cutoff = known + ((target.getAsLong() - known) >> part);
            Optional<Long> least = new LateSearch(chain, raiser().relaxation(), incumbent, effort, closer)
                    .least(cutoff, goal.budget());
            if (least.isPresent()) {
                // What is too much to check may be less with a lower bound.
                for (int rung = 1; rung <= RUNGS; rung++) {
                    proved.accept(known + (least.get() - known) / RUNGS * rung);
                }
                proved.accept(least.get());
                return;
            }
        }
    }

    /** Whether there is something to go on from. */
    boolean hasBegun() {
        return begun.isPresent();
    }

    /** Looks for labellings of a few ways; where they are not what they seem more points get prices. */
    private void approach(Effort effort, Work closer) {
        List<int[]> found = List.of();
        Map<Integer, Integer> fewer = new HashMap<>();
        for (int round = 0; round < APPROACHES && (round == 0 || !found.isEmpty() && refine(found)); round++) {
            found = new LateSearch(chain, raiser().relaxation(), incumbent, effort, closer)
                    .some(incumbent.best(), goal.budget(), fewer);
        }
    }

    /** Counts the directions of equal blocks as they are, also those whose prices do not mix them, if that raises the bound. */
    private void wholeWhereEqual(long cutoff, Effort effort) {
        Raiser before = raiser();
        Prices prices = start.pricing().prices();
        List<SegmentShare> shares = prices.segments().stream()
                .map(s -> isMixed(s) || start.count(start.classOf(s.block())) > 1
                        ? whole(s)
                        : new SegmentShare(s.block(), s.backward(), Prices.sum(s.share())))
                .toList();
        begun = Optional.of(raiser(new Prices(prices.points(), shares)));
        raiser().raise(slack(raiser(), cutoff), effort.options());
        optimise(cutoff, effort);
        if (bound(raiser()) <= bound(before)) {
            begun = Optional.of(before);
        }
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
        begun = Optional.of(raiser().at(priced(finer)));
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
        Relaxation relaxation = raiser().relaxation();
        return s.backward() == other.backward() && relaxation.classOf(s.block()) == relaxation.classOf(other.block());
    }

    private static SegmentShare whole(SegmentShare s) {
        return new SegmentShare(s.block(), s.backward(), Prices.whole(s.share()));
    }

    /** What the sum of a direction is below its time. */
    private long missing(SegmentShare s, Evaluation evaluation) {
        Quantity compute = s.backward() ? Quantity.BACKWARD_COMPUTE : Quantity.FORWARD_COMPUTE;
        long[] amounts = evaluation.amounts(s.block());
        long[] prices = raiser().relaxation().pricing().coefficients(s.block());
        int c = compute.ordinal();
        long sum = FixedPoint.down(amounts[c], prices[c]) + FixedPoint.down(amounts[c + 1], prices[c + 1]);
        return Evaluation.segment(problem, amounts[c], amounts[c + 1]) - sum;
    }
}
