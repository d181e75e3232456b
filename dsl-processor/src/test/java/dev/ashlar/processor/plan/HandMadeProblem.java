package dev.ashlar.processor.plan;

import dev.ashlar.processor.solve.Problem;
import java.util.List;
import java.util.Optional;

/** Plans that are chosen and never put together; a time is as many seconds. */
record HandMadeProblem(Problem problem, List<OperatorLabels> operators) implements PlanProblem {
    @Override
    public boolean hasChoices() {
        return true;
    }

    @Override
    public PlannedGraph apply(List<Integer> labels) {
        throw new UnsupportedOperationException();
    }

    @Override
    public double seconds(long time) {
        return time;
    }

    @Override
    public Optional<Fastest> fastest() {
        return Optional.empty();
    }

    @Override
    public List<RepeatedLabels> repeated() {
        return List.of();
    }
}
