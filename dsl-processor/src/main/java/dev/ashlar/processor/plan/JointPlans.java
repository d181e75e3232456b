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
 * The plans of a mesh: how the devices share every operator, and what backward keeps or makes again; of one device the latter alone.
 *
 * @param whole the model on one device
 * @param fastest the plan that recomputes nothing, where nothing else is to be chosen
 */
record JointPlans(TrainingGraph whole, Target target, JointProblem joint, Optional<Fastest> fastest)
        implements PlanProblem {
    /** More than any plan needs. */
    private static final long UNLIMITED = 1L << 56;

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
        return new JointPlans(graph, of, JointProblem.of(graph, of, findings), Optional.empty());
    }

    /**
     * The plans of one device, whose memory holds evaluation too; empty if the model has a form that is not planned so yet.
     *
     * @param seconds of a step that recomputes nothing
     */
    static Optional<JointPlans> ofOneDevice(TrainingGraph graph, PlanTarget target, CostModel costs, double seconds) {
        Target of = target(target, costs, Repeats.EVERYTHING);
        MemoryProfile memory = Timeline.of(ProgramBuilder.build(graph));
        try {
            JointProblem joint = JointProblem.ofOneDevice(graph, of, evaluationBytes(memory));
            Fastest fastest = new Fastest(keepingAll(joint), memory.peakBytes(), seconds, "nothing recomputed");
            return Optional.of(new JointPlans(graph, of, joint, Optional.of(fastest)));
        } catch (Unplannable form) {
            return Optional.empty();
        }
    }

    /** The labelling in which backward makes nothing again. */
    private static List<Integer> keepingAll(JointProblem joint) {
        Map<Integer, BitSet> kept = new HashMap<>();
        for (JointProblem.Repeated repeated : joint.repeated()) {
            BitSet labels = kept.computeIfAbsent(repeated.variable(), v -> new BitSet());
            for (int label = 0; label < repeated.again().size(); label++) {
                labels.set(label, !repeated.again().get(label));
            }
        }
        Outcome only = Solver.solve(Narrowing.of(joint.problem(), kept), UNLIMITED, Effort.of(1));
        return ((Outcome.Feasible) only).solution().labels();
    }

    private static long evaluationBytes(MemoryProfile memory) {
        return memory.points().stream()
                .filter(p -> p.phase().equals("losses") || p.phase().equals("outputs"))
                .mapToLong(MemoryPoint::bytes)
                .max()
                .orElse(0);
    }

    private static Target target(PlanTarget target, CostModel costs, Repeats repeats) {
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

    private boolean isOfOneDevice() {
        return target.collectives().mesh().devices() == 1;
    }

    @Override
    public PlannedGraph apply(List<Integer> labels) {
        if (isOfOneDevice()) {
            boolean keepsAll = fastest.filter(f -> f.labels().equals(labels)).isPresent();
            TrainingGraph graph = keepsAll ? whole : joint.recomputed(whole, labels);
            return PlannedGraph.serial(graph, whole, target.collectives().mesh());
        }
        Assignment assignment = joint.assignment(labels);
        TrainingGraph local = LocalGraph.of(whole, assignment, target.collectives(), target.format());
        return new PlannedGraph(reduced(joint.recomputed(local, labels)), reduced(local), whole, assignment);
    }

    /**
     * Evaluation makes all logits of which training makes a chunk at a time; else it needs less than training does. On one device the problem
     * speaks of it.
     */
    @Override
    public long evaluationBytes(List<Integer> labels) {
        if (whole.form().lossChunks() == 1 || isOfOneDevice()) {
            return 0;
        }
        TrainingGraph local =
                LocalGraph.ofEvaluation(whole, joint.assignment(labels), target.collectives(), target.format());
        return evaluationBytes(Timeline.of(ProgramBuilder.evaluation(local)));
    }

    @Override
    public double seconds(long time) {
        return fastest.map(f -> f.seconds() + joint.seconds(time - joint.time(f.labels())))
                .orElseGet(() -> joint.seconds(time));
    }

    @Override
    public List<OperatorLabels> operators() {
        return joint.operators().stream()
                .map(o -> new OperatorLabels(o.name(), o.variable(), o.strategies()))
                .toList();
    }

    @Override
    public List<RepeatedLabels> repeated() {
        return joint.repeated().stream()
                .map(r -> new RepeatedLabels(r.name(), r.variable(), r.again()))
                .toList();
    }
}
