package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.joint.JointProblem;
import dev.ashlar.processor.joint.Repeats;
import dev.ashlar.processor.joint.Unplannable;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Narrowing;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.Solver;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The plans of one device, by the problem of a mesh: all that is chosen is what backward makes again. Its memory holds evaluation too.
 *
 * @param whole that keeps everything
 * @param keepsAll the plan that recomputes nothing
 */
record OneDevicePlans(TrainingGraph whole, Mesh mesh, JointProblem joint, Fastest keepsAll) implements PlanProblem {
    /**
     * The plans of one form of the step.
     *
     * @param seconds of a step that recomputes nothing
     * @throws Unplannable if the model has a form that is not planned so yet
     */
    static OneDevicePlans of(TrainingGraph graph, PlanTarget target, CostModel costs, double seconds)
            throws Unplannable {
        MemoryProfile memory = Timeline.of(ProgramBuilder.build(graph));
        JointProblem joint = JointProblem.ofOneDevice(
                graph, JointPlans.target(target, costs, Repeats.EVERYTHING), JointPlans.evaluationBytes(memory));
        Fastest keepsAll = new Fastest(keepingAll(joint), memory.peakBytes(), seconds, "nothing recomputed");
        return new OneDevicePlans(graph, target.mesh(), joint, keepsAll);
    }

    /** The labelling in which backward makes nothing again. */
    private static List<Integer> keepingAll(JointProblem joint) {
        Map<Integer, BitSet> kept = new HashMap<>();
        for (RepeatedLabels repeated : RepeatedLabels.of(joint.repeated())) {
            BitSet labels = kept.computeIfAbsent(repeated.variable(), v -> new BitSet());
            for (int label = 0; label < repeated.again().size(); label++) {
                labels.set(label, !repeated.again().get(label));
            }
        }
        Outcome only = Solver.solve(Narrowing.of(joint.problem(), kept), UNLIMITED_BYTES, Effort.of(1));
        return ((Outcome.Feasible) only).solution().labels();
    }

    @Override
    public Problem problem() {
        return joint.problem();
    }

    @Override
    public boolean hasChoices() {
        return joint.hasChoices();
    }

    @Override
    public PlannedGraph apply(List<Integer> labels) {
        TrainingGraph graph = labels.equals(keepsAll.labels()) ? whole : joint.recomputed(whole, labels);
        return PlannedGraph.serial(graph, whole, mesh);
    }

    @Override
    public double seconds(long time) {
        return keepsAll.seconds() + joint.seconds(time - joint.time(keepsAll.labels()));
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
        return RepeatedLabels.of(joint.repeated());
    }
}
