package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.joint.Findings;
import dev.ashlar.processor.joint.JointProblem;
import dev.ashlar.processor.joint.Repeats;
import dev.ashlar.processor.joint.Target;
import dev.ashlar.processor.joint.Unplannable;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.LocalGraph;
import dev.ashlar.processor.local.Overlapping;
import dev.ashlar.processor.program.MemoryPoint;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.solve.Problem;
import java.util.List;
import java.util.Optional;

/**
 * The plans of a mesh: how the devices share every operator, and what backward keeps or makes again.
 *
 * @param whole the model on one device
 */
record JointPlans(TrainingGraph whole, Target target, JointProblem joint) implements PlanProblem {
    /**
     * The plans of one form of the step on a mesh. Inputs arrive whole: every device takes its part of them.
     *
     * @throws Unplannable if the model has a form that is not planned so yet
     */
    static JointPlans of(TrainingGraph graph, PlanTarget target, PlanAssembly assembly) throws Unplannable {
        return of(graph, target, assembly.costs(), Repeats.OPERATORS, assembly.findings());
    }

    /** The same where backward may make again what {@code repeats} says. */
    static JointPlans of(TrainingGraph graph, PlanTarget target, CostModel costs, Repeats repeats) throws Unplannable {
        return of(graph, target, costs, repeats, new Findings());
    }

    private static JointPlans of(
            TrainingGraph graph, PlanTarget target, CostModel costs, Repeats repeats, Findings findings)
            throws Unplannable {
        Target of = target(target, costs, repeats);
        return new JointPlans(graph, of, JointProblem.of(graph, of, findings));
    }

    /** What a program that only evaluates needs, in bytes; 0 if there is none. */
    static long evaluationBytes(MemoryProfile memory) {
        return memory.points().stream()
                .filter(p -> p.phase().equals("losses") || p.phase().equals("outputs"))
                .mapToLong(MemoryPoint::bytes)
                .max()
                .orElse(0);
    }

    /** Inputs arrive whole. */
    static Target target(PlanTarget target, CostModel costs, Repeats repeats) {
        Collectives collectives = new Collectives(target.mesh(), target.device());
        Layout whole = Layout.replicated(target.mesh().rank());
        return new Target(collectives, costs, target.format(), i -> whole, repeats);
    }

    @Override
    public Problem problem() {
        return joint.problem();
    }

    @Override
    public boolean hasChoices() {
        return joint.hasChoices();
    }

    private TrainingGraph reduced(TrainingGraph waiting) {
        return Overlapping.of(waiting, target.collectives(), target.format());
    }

    @Override
    public PlannedGraph apply(List<Integer> labels) {
        Assignment assignment = joint.assignment(labels);
        TrainingGraph local = LocalGraph.of(whole, assignment, target.collectives(), target.format());
        return new PlannedGraph(reduced(joint.recomputed(local, labels)), reduced(local), whole, assignment);
    }

    /** Evaluation makes all logits of which training makes a chunk at a time; else it needs less than training does. */
    @Override
    public long evaluationBytes(List<Integer> labels) {
        if (whole.form().lossChunks() == 1) {
            return 0;
        }
        TrainingGraph local =
                LocalGraph.ofEvaluation(whole, joint.assignment(labels), target.collectives(), target.format());
        return evaluationBytes(Timeline.of(ProgramBuilder.evaluation(local)));
    }

    @Override
    public Optional<PlanProblem> closer() {
        return joint.closer().map(j -> new JointPlans(whole, target, j));
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
                .map(o -> new OperatorLabels(o.name(), o.variable(), o.strategies()))
                .toList();
    }

    @Override
    public List<RepeatedLabels> repeated() {
        return RepeatedLabels.of(joint.repeated());
    }
}
