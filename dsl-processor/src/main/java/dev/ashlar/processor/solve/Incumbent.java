package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.Optional;

/** The best labelling seen for a goal; the first among equals. */
final class Incumbent {
    private final Problem problem;
    private final Goal goal;
    private long best = Long.MAX_VALUE;
    private Optional<int[]> labels = Optional.empty();
    private Optional<Evaluation> evaluation = Optional.empty();

    Incumbent(Problem problem, Goal goal) {
        this.problem = problem;
        this.goal = goal;
    }

    /** Keeps a labelling if it is allowed and better than all before. */
    boolean offer(int[] x) {
        return offer(x, Evaluation.of(problem, x));
    }

    boolean offer(int[] x, Evaluation offered) {
        if (!isBetter(offered)) {
            return false;
        }
        best = value(offered);
        labels = Optional.of(x.clone());
        evaluation = Optional.of(offered);
        return true;
    }

    /** Whether a labelling is allowed and better than all before. */
    boolean isBetter(Evaluation offered) {
        return offered.time() != Evaluation.FORBIDDEN
                && (!goal.timed() || offered.peak() <= goal.budget())
                && value(offered) < best;
    }

    private long value(Evaluation offered) {
        return goal.timed() ? offered.time() : offered.peak();
    }

    Goal goal() {
        return goal;
    }

    /** Time or peak of the best labelling; {@link Long#MAX_VALUE} if there is none. */
    long best() {
        return best;
    }

    Optional<int[]> labels() {
        return labels.map(int[]::clone);
    }

    /** What the best labelling comes to. */
    Optional<Evaluation> evaluation() {
        return evaluation;
    }

    /** The best labelling, evaluated. */
    Optional<Solution> solution() {
        return labels.map(x -> {
            Evaluation sums = Evaluation.of(problem, x);
            return new Solution(Arrays.stream(x).boxed().toList(), sums.time(), sums.peak());
        });
    }
}
