package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.recompute.RecomputeProblem;
import dev.ashlar.processor.solve.Problem;
import java.util.List;
import java.util.Optional;

/**
 * The plans of one device: all that is chosen is what backward computes again.
 *
 * @param whole that keeps everything
 * @param peakBytes of its tensors
 * @param seconds of its step
 */
record RecomputePlans(TrainingGraph whole, RecomputeProblem recompute, Mesh mesh, long peakBytes, double seconds)
        implements PlanProblem {
    @Override
    public Problem problem() {
        return recompute.problem();
    }

    @Override
    public boolean hasChoices() {
        return recompute.hasChoices();
    }

    @Override
    public PlannedGraph apply(List<Integer> labels) {
        TrainingGraph graph = labels.equals(recompute.keepAll()) ? whole : recompute.apply(labels);
        return PlannedGraph.serial(graph, whole, mesh);
    }

    @Override
    public double seconds(long time) {
        return recompute.seconds(time);
    }

    @Override
    public Optional<Fastest> fastest() {
        return Optional.of(new Fastest(recompute.keepAll(), peakBytes, seconds, "nothing recomputed"));
    }

    @Override
    public List<OperatorLabels> operators() {
        return List.of();
    }
}
