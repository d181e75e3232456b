package dev.ashlar.processor.solve;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Cutting planes: prices from the master program, a new column from the priced problem, until they agree. */
final class Dual {
    private static final int ROUNDS = 100;

    private final Chain chain;
    private final Incumbent incumbent;
    private final Goal goal;
    private final Master master;
    private final Stop stop;
    private Relaxation best;
    private long bound;

    private Dual(Chain chain, Incumbent incumbent, Stop stop) {
        this.chain = chain;
        this.incumbent = incumbent;
        this.stop = stop;
        goal = incumbent.goal();
        master = new Master(chain.problem(), goal);
        best = chain.free(goal.timed());
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
     * When to stop.
     *
     * @param tolerance relative distance of bound and master program
     * @param rounds of both
     * @param target a bound that is high enough
     */
    record Stop(double tolerance, int rounds, LongSupplier target) {
        static Stop at(double tolerance) {
            return new Stop(tolerance, ROUNDS, () -> Long.MAX_VALUE);
        }
    }

    /**
     * Empty if there is no labelling.
     *
     * @param seeds labellings to begin with
     * @param start prices to begin with
     */
    static Optional<Result> run(
            Chain chain, Incumbent incumbent, Labellings seeds, Prices start, Stop stop, Work work) {
        Dual dual = new Dual(chain, incumbent, stop);
        if (dual.best.least() >= FixedPoint.INFINITE) {
            return Optional.empty();
        }
        dual.raise(seeds, start, work);
        return Optional.of(new Result(dual.best, dual.master.columns()));
    }

    private void raise(Labellings seeds, Prices start, Work work) {
        Column first = column(best);
        if (goal.timed()
                && first.evaluation().time() == bound
                && first.evaluation().peak() <= goal.budget()) {
            return;
        }
        seeds.stream()
                .filter(c -> c.evaluation().time() != Evaluation.FORBIDDEN)
                .forEach(this::add);
        if (!start.points().isEmpty()) {
            evaluate(start, work);
        }
        for (int round = 0; round < stop.rounds() && !isClosed(); round++) {
            Optional<Master.Step> step = master.solve();
            if (step.isEmpty()) {
                return;
            }
            evaluate(step.get().prices(), work);
            if (step.get().bound() - bound <= stop.tolerance() * Math.max(1, Math.abs((double) bound))) {
                return;
            }
        }
    }

    private boolean isClosed() {
        return best.bound(goal) >= stop.target().getAsLong()
                || goal.timed() && bound > chain.problem().mostTime();
    }

    private void evaluate(Prices prices, Work work) {
        Relaxation relaxation = Relaxation.of(chain, Pricing.of(chain.problem(), prices, goal.timed()));
        work.spend(relaxation.additions() / Work.ADDITIONS);
        column(relaxation);
        long value = relaxation.bound(goal.budget());
        if (value > bound) {
            bound = value;
            best = relaxation;
        }
    }

    private Column column(Relaxation relaxation) {
        Column column = Column.of(chain.problem(), relaxation.labelling());
        add(column);
        return column;
    }

    private void add(Column column) {
        incumbent.offer(column.labels(), column.evaluation());
        master.add(column);
    }
}
