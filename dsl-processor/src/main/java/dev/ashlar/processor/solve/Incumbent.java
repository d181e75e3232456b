package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.Optional;

/** The best labelling seen for a goal; the first among equals. That of a reduced problem tells the whole problem's of every better one. */
final class Incumbent {
    private record Whole(Incumbent incumbent, Reduction reduction) {}

    private final Problem problem;
    private final Goal goal;
    private final Optional<Whole> whole;
    private long own = Long.MAX_VALUE;
    private Optional<int[]> labels = Optional.empty();
    private Optional<Evaluation> evaluation = Optional.empty();
    private long settled = Long.MAX_VALUE;

    Incumbent(Problem problem, Goal goal) {
        this(problem, goal, Optional.empty());
    }

    private Incumbent(Problem problem, Goal goal, Optional<Whole> whole) {
        this.problem = problem;
        this.goal = goal;
        this.whole = whole;
    }

    /** That of a reduced problem; it begins with the best labelling seen if that is left. */
    Incumbent reduced(Reduction reduction) {
        Incumbent reduced = new Incumbent(reduction.problem(), goal, Optional.of(new Whole(this, reduction)));
        labels.flatMap(reduction::reduced).ifPresent(reduced::offer);
        reduced.settled = settled;
        return reduced;
    }

    /** Whether the best labelling was found since this was last asked. */
    boolean isNew() {
        boolean isNew = own < settled;
        settled = Math.min(own, settled);
        return isNew;
    }

    /** Keeps a labelling if it is allowed and better than all before. */
    boolean offer(int[] x) {
        return offer(x, Evaluation.of(problem, x));
    }

    boolean offer(int[] x, Evaluation offered) {
        if (!isBetter(offered)) {
            return false;
        }
        own = value(offered);
        labels = Optional.of(x.clone());
        evaluation = Optional.of(offered);
        if (own < best()) {
            whole.ifPresent(w -> w.incumbent().offer(w.reduction().whole(x)));
        }
        return true;
    }

    private boolean isBetter(Evaluation offered) {
        return offered.time() != Evaluation.FORBIDDEN && isBetter(offered.time(), offered.peak());
    }

    /** Whether an allowed labelling is better than all before. */
    boolean isBetter(long time, long peak) {
        return goal.timed() ? peak <= goal.budget() && time < own : peak < own;
    }

    private long value(Evaluation offered) {
        return goal.timed() ? offered.time() : offered.peak();
    }

    Goal goal() {
        return goal;
    }

    /** Time or peak of the best labelling of the whole problem; {@link Long#MAX_VALUE} if there is none. */
    long best() {
        return whole.map(w -> w.incumbent().best()).orElse(own);
    }

    /** The best labelling of this problem. */
    Optional<int[]> labels() {
        return labels.map(int[]::clone);
    }

    /** What the best labelling of this problem comes to. */
    Optional<Evaluation> evaluation() {
        return evaluation;
    }

    /** The best labelling of this problem, evaluated. */
    Optional<Solution> solution() {
        return labels.map(x -> {
            Evaluation sums = Evaluation.of(problem, x);
            return new Solution(Arrays.stream(x).boxed().toList(), sums.time(), sums.peak());
        });
    }
}
