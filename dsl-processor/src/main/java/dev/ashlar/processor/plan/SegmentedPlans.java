package dev.ashlar.processor.plan;

import dev.ashlar.processor.graph.Segments;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.joint.SegmentedProblem;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.solve.Problem;
import java.util.List;
import java.util.Optional;

/**
 * The plans of one device that keep nothing of most repetitions but what every segment of them begins with; within a segment backward may
 * make again what it may elsewhere.
 *
 * @param plans of the same form of the step without segments
 * @param keepsAll the plan that makes nothing again but by running segments again
 */
record SegmentedPlans(OneDevicePlans plans, SegmentedProblem segmented, Fastest keepsAll) implements PlanProblem {
    /** For each number of segments that is offered; none if the model has no repetitions that may run again, or few. */
    static List<PlanProblem> of(OneDevicePlans plans, PlanAssembly assembly) {
        return SegmentedProblem.of(plans.joint()).stream()
                .filter(s -> Segments.isRepeatable(plans.whole(), s.use()))
                .<PlanProblem>map(s -> of(plans, s, assembly))
                .toList();
    }

    private static SegmentedPlans of(OneDevicePlans plans, SegmentedProblem segmented, PlanAssembly assembly) {
        TrainingGraph graph = segmented(plans.whole(), segmented);
        Fastest keepsAll = new Fastest(
                segmented.together(plans.keepsAll().labels()),
                Timeline.of(ProgramBuilder.build(graph)).peakBytes(),
                assembly.time(graph).seconds(),
                "nothing recomputed but in segments");
        return new SegmentedPlans(plans, segmented, keepsAll);
    }

    private static TrainingGraph segmented(TrainingGraph graph, SegmentedProblem segmented) {
        return Segments.of(graph, use -> use.name().equals(segmented.use()) ? segmented.segments() : List.of());
    }

    @Override
    public Problem problem() {
        return segmented.problem();
    }

    @Override
    public boolean hasChoices() {
        return plans.hasChoices();
    }

    @Override
    public PlannedGraph apply(List<Integer> labels) {
        PlannedGraph apart = plans.apply(segmented.apart(labels));
        return PlannedGraph.serial(segmented(apart.graph(), segmented), plans.whole(), plans.mesh());
    }

    @Override
    public double seconds(long time) {
        return keepsAll.seconds() + plans.joint().seconds(time - segmented.time(keepsAll.labels()));
    }

    @Override
    public Optional<Fastest> fastest() {
        return Optional.of(keepsAll);
    }

    @Override
    public List<OperatorLabels> operators() {
        return List.of();
    }

    @Override
    public List<RepeatedLabels> repeated() {
        return RepeatedLabels.of(segmented.repeated());
    }
}
