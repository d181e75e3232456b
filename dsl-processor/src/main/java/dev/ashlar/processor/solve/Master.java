package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.Variable;

/**
 * The linear program over prices: the highest {@code z} with {@code z <= T_k + sum λ (mem_k - M)} for all columns {@code k}. For the
 * peak, {@code z <= sum λ mem_k} with {@code sum λ = 1}.
 */
final class Master {
    private static final int ITERATIONS = 20_000;
    private static final double HIGHEST_PRICE = 1e5;

    private final Problem problem;
    private final Goal goal;
    private final Segments segments;
    private final List<Point> rows = new ArrayList<>();
    private final List<Column> columns = new ArrayList<>();

    private record Point(int block, int point) {}

    /**
     * @param prices that attain the optimum of the program
     * @param bound that optimum: no prices over these points give a higher bound; in time or memory
     */
    record Step(Prices prices, double bound) {}

    Master(Problem problem, Goal goal) {
        this.problem = problem;
        this.goal = goal;
        segments = new Segments(problem);
    }

    /** Adds a column, and a row for its worst point. */
    void add(Column column) {
        columns.add(column);
        long[][] memory = column.evaluation().memory();
        Point worst = new Point(0, 0);
        long most = Long.MIN_VALUE;
        for (int b = 0; b < memory.length; b++) {
            for (int p = 0; p < memory[b].length; p++) {
                if (memory[b][p] > most) {
                    most = memory[b][p];
                    worst = new Point(b, p);
                }
            }
        }
        if (most > Long.MIN_VALUE && !rows.contains(worst)) {
            rows.add(worst);
        }
    }

    List<Column> columns() {
        return columns;
    }

    /** Solves the program; empty if the library gives it up. */
    Optional<Step> solve() {
        double time = goal.timed() ? Math.max(1, columns.get(0).evaluation().time()) : 1;
        double memory = Math.max(
                1, goal.timed() ? goal.budget() : columns.get(0).evaluation().peak());
        ExpressionsBasedModel model = new ExpressionsBasedModel();
        model.options.iterations_abort = ITERATIONS;
        model.options.iterations_suffice = ITERATIONS;
        model.options.time_abort = Long.MAX_VALUE;
        model.options.time_suffice = Long.MAX_VALUE;
        Variable z = model.addVariable("z").lower(-1e7).upper(1e7).weight(1);
        List<Variable> prices = new ArrayList<>();
        Expression sum = model.addExpression("sum");
        for (int r = 0; r < rows.size(); r++) {
            Variable price = model.addVariable("price" + r).lower(0);
            prices.add(price);
            sum.set(price, 1);
        }
        double highest = Math.min(HIGHEST_PRICE, 0x1p60 / Math.max(1, problem.mostMemory()) * memory / time);
        if (goal.timed()) {
            sum.upper(highest);
        } else {
            sum.level(1);
        }
        List<Variable> shares = new ArrayList<>();
        for (int s = 0; goal.timed() && s < segments.count(); s++) {
            shares.add(model.addVariable("share" + s).lower(0).upper(1));
        }
        for (int k = 0; k < columns.size(); k++) {
            constrain(model.addExpression("column" + k), columns.get(k), z, prices, shares, time, memory);
        }
        Optimisation.Result result = model.maximise();
        if (!result.getState().isFeasible()) {
            return Optional.empty();
        }
        return Optional.of(step(result, prices.size(), shares.size(), time, memory));
    }

    private void constrain(
            Expression row,
            Column column,
            Variable z,
            List<Variable> prices,
            List<Variable> shares,
            double time,
            double memory) {
        Evaluation evaluation = column.evaluation();
        double base = goal.timed() ? segments.rest(evaluation) - offset() : 0;
        row.set(z, 1);
        for (int r = 0; r < prices.size(); r++) {
            long over = evaluation.memory()[rows.get(r).block()][rows.get(r).point()] - goal.budget();
            row.set(prices.get(r), -over / memory);
        }
        for (int s = 0; s < shares.size(); s++) {
            double async = segments.async(s, evaluation);
            row.set(shares.get(s), -(segments.compute(s, evaluation) - async) / time);
            base += async;
        }
        row.upper(base / time);
    }

    private double offset() {
        return columns.get(0).evaluation().time();
    }

    private Step step(Optimisation.Result result, int priceCount, int shareCount, double time, double memory) {
        List<PointPrice> points = new ArrayList<>();
        double unit = goal.timed() ? time / memory * Prices.ONE : (double) Prices.ONE * peakScale();
        // Any prices give a bound; those of a program that is nearly infeasible would not fit in a long together.
        // Their sum is below 2^60 over the most memory already but for the library's tolerance.
        double largest =
                Math.min(0x1p60 / Math.max(1, priceCount), 0x1p60 * Prices.ONE / Math.max(1, problem.mostMemory()));
        for (int r = 0; r < priceCount; r++) {
            long price = Math.round(Math.min(largest, Math.max(0, result.doubleValue(1 + r)) * unit));
            if (price > 0) {
                points.add(new PointPrice(rows.get(r).block(), rows.get(r).point(), price));
            }
        }
        double[] shares = new double[shareCount];
        for (int s = 0; s < shareCount; s++) {
            shares[s] = result.doubleValue(1 + priceCount + s);
        }
        double bound =
                goal.timed() ? result.doubleValue(0) * time + offset() : result.doubleValue(0) * memory * peakScale();
        return new Step(new Prices(points, segments.shares(shares)), bound);
    }

    /** Prices of the peak add up to this, so that rounding stays below one unit of memory. */
    private long peakScale() {
        int bits = 64 - Long.numberOfLeadingZeros(problem.mostMemory());
        return 1L << Math.max(0, Math.min(20, 58 - bits));
    }
}
