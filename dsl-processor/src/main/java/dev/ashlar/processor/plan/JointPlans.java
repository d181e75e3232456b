package dev.ashlar.processor.plan;

import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.joint.JointProblem;
import dev.ashlar.processor.joint.Target;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.GradientReductions;
import dev.ashlar.processor.local.LocalGraph;
import dev.ashlar.processor.solve.Problem;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The plans of a mesh: how the devices share every operator.
 *
 * @param whole the model on one device
 */
record JointPlans(TrainingGraph whole, Target target, JointProblem joint) implements PlanProblem {
    @Override
    public Problem problem() {
        return joint.problem();
    }

    @Override
    public boolean hasChoices() {
        return true;
    }

    @Override
    public PlannedGraph apply(List<Integer> labels) {
        Assignment assignment = joint.assignment(labels);
        TrainingGraph waiting = LocalGraph.of(whole, assignment, target.collectives(), target.format());
        TrainingGraph local = GradientReductions.of(waiting, target.collectives(), target.format());
        return new PlannedGraph(local, local, whole, assignment);
    }

    @Override
    public double seconds(long time) {
        return joint.seconds(time);
    }

    @Override
    public Optional<Fastest> fastest() {
        return Optional.empty();
    }

    @Override
    public List<OperatorLabels> operators() {
        return joint.operators().stream()
                .map(o -> new OperatorLabels(
                        o.name(),
                        o.variable(),
                        o.strategies().stream()
                                .map(s -> new OperatorLabels.Label(s, Set.of()))
                                .toList()))
                .toList();
    }
}
