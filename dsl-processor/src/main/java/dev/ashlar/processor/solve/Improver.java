package dev.ashlar.processor.solve;

import java.util.function.LongPredicate;

/** Good labellings from the columns of a dual: spliced, changed in one label, searched for among those that are quickly found. */
final class Improver {
    private static final int[] BEAMS = {8, 40, 160};
    private static final int POOL_BEAM = 160;
    private static final double FIRST_SLACK = 2e-4;
    private static final double LAST_SLACK = 0.06;

    private final Chain chain;
    private final Incumbent incumbent;
    private final Dual.Result dual;
    private final LongPredicate enough;
    private final Effort effort;
    private final Work work;
    private final Work pools;
    private final Goal goal;
    private final long bound;

    /**
     * @param enough whether a bound is close enough to the best labelling
     * @param pools what may be done in pools
     */
    Improver(Part part, Dual.Result dual, LongPredicate enough, Effort effort, Work work, Work pools) {
        chain = part.chain();
        incumbent = part.incumbent();
        goal = incumbent.goal();
        this.dual = dual;
        this.enough = enough;
        this.effort = effort;
        this.work = work;
        this.pools = pools;
        bound = dual.relaxation().bound(goal);
    }

    private boolean isDone() {
        return enough.test(bound) || work.isSpent();
    }

    /** What takes little time. */
    void quickly() {
        Primal primal = new Primal(chain, incumbent);
        primal.splice(dual);
        if (!isDone()) {
            primal.bridge(dual);
            primal.descend();
        }
        Pool pool = new Pool(chain, goal.timed());
        if (!isDone() && !pools.isSpent()) {
            dual.columns().forEach(c -> pool.add(c.labels()));
            widen(pools.part(effort.pool()), (search, cutoff) -> {
                incumbent.labels().ifPresent(pool::add);
                search.run(pool, cutoff, budget(), POOL_BEAM);
            });
        }
        if (!isDone()) {
            primal.descend();
        }
    }

    /** Searches among all options, near the bound, then further from it, then with more patience. */
    void thoroughly() {
        Work within = work.part(effort.search() / 2);
        for (int beam : BEAMS) {
            widen(within, (search, cutoff) -> search.run(cutoff, budget(), beam));
        }
        if (!isDone()) {
            new Primal(chain, incumbent).descend();
        }
    }

    private interface Step {
        void run(LabelSearch search, long cutoff);
    }

    private long budget() {
        return goal.timed() ? goal.budget() : incumbent.best() - 1;
    }

    private void widen(Work within, Step step) {
        LabelSearch search = new LabelSearch(chain, dual.relaxation(), incumbent, effort, within);
        if (!goal.timed()) {
            lower(search, step);
            return;
        }
        for (double slack = FIRST_SLACK; slack <= LAST_SLACK && !isDone() && !within.isSpent(); slack *= 4) {
            long cutoff = Math.min(incumbent.best(), bound + 1 + (long) (Math.abs((double) bound) * slack));
            step.run(search, cutoff);
            if (incumbent.best() <= cutoff) {
                return;
            }
        }
    }

    private void lower(LabelSearch search, Step step) {
        long best = Long.MAX_VALUE;
        while (incumbent.best() < best && !isDone()) {
            best = incumbent.best();
            step.run(search, 1);
        }
    }
}
