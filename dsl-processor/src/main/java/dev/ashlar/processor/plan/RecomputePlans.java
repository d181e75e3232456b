package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.recompute.RecomputeProblem;
import dev.ashlar.processor.solve.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The plans of one device: all that is chosen is what backward computes again.
 *
 * @param whole that keeps everything
 * @param peakBytes of its tensors
 * @param seconds of its step
 * @param free whether nothing is pinned
 */
record RecomputePlans(
        TrainingGraph whole, RecomputeProblem recompute, Mesh mesh, long peakBytes, double seconds, boolean free)
        implements PlanProblem {
    /**
     * Those that obey some pins.
     *
     * @param operators of the model
     * @throws ModelException if there are none
     */
    RecomputePlans with(List<PinnedOperator> pins, Map<String, OperatorNode> operators) {
        List<RecomputeProblem.Pinned> asked = new ArrayList<>();
        RecomputeProblem pinned = recompute;
        for (PinnedOperator pin : pins) {
            if (pin.recomputed().isPresent()) {
                OperatorNode node = Objects.requireNonNull(operators.get(pin.name()));
                asked.add(new RecomputeProblem.Pinned(
                        pin.name(), node, pin.recomputed().get()));
                pinned = recompute.with(asked).orElseThrow(() -> refuted(pin, asked));
            }
        }
        return new RecomputePlans(whole, pinned, mesh, peakBytes, seconds, asked.isEmpty());
    }

    private ModelException refuted(PinnedOperator pin, List<RecomputeProblem.Pinned> asked) {
        boolean alone =
                recompute.with(asked.subList(asked.size() - 1, asked.size())).isEmpty();
        return new ModelException(
                Code.BAD_PIN,
                pin.source(),
                alone
                        ? "Backward reads nothing that '" + pin.name()
                                + "' makes and that could be computed again. Remove this pin."
                        : "No plan obeys this pin of '" + pin.name()
                                + "' together with those before it: some tensors can only be recomputed together."
                                + " Remove one of them.");
    }

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
        TrainingGraph graph = free && labels.equals(recompute.keepAll()) ? whole : recompute.apply(labels);
        return PlannedGraph.serial(graph, whole, mesh);
    }

    @Override
    public double seconds(long time) {
        return recompute.seconds(time);
    }

    @Override
    public Optional<Fastest> fastest() {
        return !free
                ? Optional.empty()
                : Optional.of(new Fastest(recompute.keepAll(), peakBytes, seconds, "nothing recomputed"));
    }

    @Override
    public List<OperatorLabels> operators() {
        return List.of();
    }

    /** Pins are obeyed by {@link #with}. */
    @Override
    public List<RepeatedLabels> repeated() {
        return List.of();
    }
}
