package dev.ashlar.processor.solve;

import java.util.List;
import java.util.Optional;

/** Cutting planes: prices from the master program, a new column from the priced problem, until they agree. */
final class Dual {
    private static final int ROUNDS = 100;

    private final Chain chain;
    private final Incumbent incumbent;
    private final Restriction restriction;
    private final Goal goal;
    private final Master master;
    private Relaxation best;
    private long bound;

    private Dual(Chain chain, Incumbent incumbent, Restriction restriction) {
        this.chain = chain;
        this.incumbent = incumbent;
        this.restriction = restriction;
        goal = incumbent.goal();
        master = new Master(chain.problem(), goal);
        best = Relaxation.of(chain, Pricing.of(chain.problem(), Prices.FREE, goal.timed()), restriction);
        bound = best.bound(goal.budget());
    }

    /**
     * The highest bound found.
     *
     * @param relaxation with the prices of that bound
     * @param columns labellings met on the way
     */
    record Result(Relaxation relaxation, List<Column> columns) {}

    /**
     * Empty if the restriction leaves no labelling.
     *
     * @param tolerance relative distance of bound and master program to stop at
     */
    static Optional<Result> run(
            Chain chain, Incumbent incumbent, Restriction restriction, double tolerance, Work work) {
        Dual dual = new Dual(chain, incumbent, restriction);
        if (dual.best.least() >= FixedPoint.INFINITE) {
            return Optional.empty();
        }
        dual.raise(tolerance, work);
        return Optional.of(new Result(dual.best, dual.master.columns()));
    }

    private void raise(double tolerance, Work work) {
        Column first = column(best);
        if (goal.timed()
                && first.evaluation().time() == bound
                && first.evaluation().peak() <= goal.budget()) {
            return;
        }
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Master.Step> step = master.solve();
            if (step.isEmpty()) {
                return;
            }
            Pricing pricing = Pricing.of(chain.problem(), step.get().prices(), goal.timed());
            Relaxation relaxation = Relaxation.of(chain, pricing, restriction);
            work.spend(relaxation.additions() / Work.ADDITIONS);
            column(relaxation);
            long value = relaxation.bound(goal.budget());
            if (value > bound) {
                bound = value;
                best = relaxation;
            }
            boolean agree = step.get().bound() - bound <= tolerance * Math.max(1, Math.abs((double) bound));
            boolean closed = goal.timed()
                    && (bound >= incumbent.best() || bound > chain.problem().mostTime());
            if (agree || closed) {
                return;
            }
        }
    }

    private Column column(Relaxation relaxation) {
        Column column = Column.of(chain.problem(), relaxation.labelling());
        incumbent.offer(column.labels(), column.evaluation());
        master.add(column);
        return column;
    }
}
