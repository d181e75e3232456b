package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.linear.LinearSolver;

/**
 * The linear program over prices: the highest {@code z} with {@code z <= T_k + sum λ (mem_k - M)} for all columns {@code k}. For the
 * peak, {@code z <= sum λ mem_k} with {@code sum λ = 1}.
 */
final class Master {
    private static final int ITERATIONS = 20_000;
    private static final double HIGHEST_PRICE = 1e5;
    private static final double DECIMALS = 1e14;

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
        this(problem, goal, new Segments(problem));
    }

    /** @param segments that have shares; others take as long as they do */
    Master(Problem problem, Goal goal, Segments segments) {
        this.problem = problem;
        this.goal = goal;
        this.segments = segments;
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
        int shares = goal.timed() ? segments.count() : 0;
        Optimisation.Result result =
                program(shares, time, memory).build(options()).solve();
        if (!result.getState().isFeasible()) {
            return Optional.empty();
        }
        return Optional.of(step(result, rows.size(), shares, time, memory));
    }

    private static Optimisation.Options options() {
        Optimisation.Options options = new Optimisation.Options();
        options.iterations_abort = ITERATIONS;
        options.iterations_suffice = ITERATIONS;
        options.time_abort = Long.MAX_VALUE;
        options.time_suffice = Long.MAX_VALUE;
        return options;
    }

    /**
     * The least of {@code -z}; variables are {@code z}, prices of the rows, shares. Arrays of numbers: the library's models of named variables
     * and decimals take thirty times as long as their solution.
     */
    private LinearSolver.Builder program(int shares, double time, double memory) {
        double[] least = new double[1 + rows.size() + shares];
        double[] most = new double[least.length];
        double[] weights = new double[least.length];
        double[] prices = new double[least.length];
        least[0] = goal.timed() ? -1 : 0; // a time or a peak of nothing
        most[0] = Double.POSITIVE_INFINITY;
        weights[0] = -1;
        Arrays.fill(prices, 1, 1 + rows.size(), 1);
        Arrays.fill(most, 1, 1 + rows.size(), Double.POSITIVE_INFINITY);
        Arrays.fill(most, 1 + rows.size(), most.length, 1);
        LinearSolver.Builder program =
                LinearSolver.newBuilder(weights).lower(least).upper(most);
        if (goal.timed()) {
            program.inequality(
                    Math.min(HIGHEST_PRICE, 0x1p60 / Math.max(1, problem.mostMemory()) * memory / time), prices);
        } else {
            program.equality(1, prices);
        }
        for (Column column : columns) {
            constrain(program, column.evaluation(), shares, time, memory);
        }
        return program;
    }

    private void constrain(
            LinearSolver.Builder program, Evaluation evaluation, int shares, double time, double memory) {
        double[] row = new double[1 + rows.size() + shares];
        double base = goal.timed() ? segments.rest(evaluation) - offset() : 0;
        row[0] = 1;
        for (int r = 0; r < rows.size(); r++) {
            long over = evaluation.memory()[rows.get(r).block()][rows.get(r).point()] - goal.budget();
            row[1 + r] = -over / memory;
        }
        for (int s = 0; s < shares; s++) {
            double async = segments.async(s, evaluation);
            row[1 + rows.size() + s] = -(segments.compute(s, evaluation) - async) / time;
            base += async;
        }
        program.inequality(base / time, row);
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
            long price = Math.round(Math.min(largest, Math.max(0, value(result, 1 + r)) * unit));
            if (price > 0) {
                points.add(new PointPrice(rows.get(r).block(), rows.get(r).point(), price));
            }
        }
        double[] shares = new double[shareCount];
        for (int s = 0; s < shareCount; s++) {
            shares[s] = value(result, 1 + priceCount + s);
        }
        double bound = goal.timed() ? value(result, 0) * time + offset() : value(result, 0) * memory * peakScale();
        return new Step(new Prices(points, segments.shares(shares)), bound);
    }

    /** Without the last digits: what is nearly nothing would be a price, and points that have one are told apart. */
    private static double value(Optimisation.Result result, int variable) {
        return Math.rint(result.doubleValue(variable) * DECIMALS) / DECIMALS;
    }

    /** Prices of the peak add up to this, so that rounding stays below one unit of memory. */
    private long peakScale() {
        int bits = 64 - Long.numberOfLeadingZeros(problem.mostMemory());
        return 1L << Math.max(0, Math.min(20, 58 - bits));
    }
}
