package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.graph.GraphText;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.joint.Findings;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.program.MemoryGroup;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.ModelParameters;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.ProgramText;
import dev.ashlar.processor.program.SavedTensor;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Puts a plan together from what was chosen: program, memory, costs. */
final class PlanAssembly {
    private final TrainingGraph model;
    private final PlanTarget target;
    private final CostModel costs;
    private final Findings findings = new Findings();

    PlanAssembly(TrainingGraph model, PlanTarget target) {
        this.model = model;
        this.target = target;
        costs = new CostModel(target.device(), target.format());
    }

    /** The costs of a step, or of an evaluation if the plan is for one. */
    ModelCost cost(TrainingGraph graph) {
        return costs.of(purpose(graph), graph.form().microBatches() == 1);
    }

    CostModel costs() {
        return costs;
    }

    /** What was found for forms of the model's step. */
    Findings findings() {
        return findings;
    }

    /** A plan that is known to be the only one. */
    Plan only(PlannedGraph chosen) {
        Plan plan = plan(chosen, Map.of(), Evidence.onlyPlan(0, 0));
        return plan.with(Evidence.onlyPlan(plan.deviceBytes(), plan.time().seconds()));
    }

    /**
     * The plan.
     *
     * @param alternatives by full name of the operator
     */
    Plan plan(PlannedGraph chosen, Map<String, Alternative> alternatives, Evidence evidence) {
        Program program = ProgramBuilder.build(chosen.graph());
        MemoryProfile memory =
                Timeline.of(program).beside(new MemoryGroup("workspaces of libraries", "", 1, target.libraryBytes()));
        List<SavedTensor> read = chosen.keepsAll() == chosen.graph()
                ? memory.saved()
                : Timeline.of(ProgramBuilder.build(chosen.keepsAll())).saved();
        ModelCost cost = cost(chosen.graph());
        LaidOut laidOut = LaidOut.of(chosen.whole().graph().root(), chosen.assignment());
        List<Communication> communications = communications(chosen.graph(), cost);
        List<OperatorPlan> operators = operators(cost, laidOut, memory, read, alternatives);
        List<ParameterPlan> parameters = parameters(chosen.graph(), laidOut);
        StepTime time = time(chosen.graph(), cost, communications);
        String modelHash = Hash.of(GraphText.of(model.graph()));
        return new Plan(
                model,
                chosen.assignment(),
                program,
                target,
                memory,
                operators,
                parameters,
                communications,
                time,
                evidence,
                modelHash,
                Hash.of(context(modelHash) + ProgramText.of(program)),
                Summary.lines(program, target, memory, operators, parameters, communications, time));
    }

    /** The time of a step of a graph. */
    StepTime time(TrainingGraph graph) {
        ModelCost cost = cost(graph);
        return time(graph, cost, communications(graph, cost));
    }

    private List<Communication> communications(TrainingGraph graph, ModelCost cost) {
        return new Communications(
                        new Collectives(target.mesh(), target.device()),
                        graph.form().microBatches())
                .of(cost);
    }

    private StepTime time(TrainingGraph graph, ModelCost cost, List<Communication> communications) {
        int times = graph.form().microBatches();
        double recompute = times
                * cost.operators().stream()
                        .mapToDouble(o -> o.recompute().seconds())
                        .sum();
        double communication =
                communications.stream().mapToDouble(Communication::stepSeconds).sum();
        double hidden = times * cost.hiddenSeconds();
        double inSteps = times * cost.seconds() + sumSeconds(graph) + hidden + cost.updateSeconds();
        return new StepTime(inSteps - communication, recompute, communication, hidden, updateSeconds(graph));
    }

    /** Gradients of all micro-batches but the first are added to those before. */
    private double sumSeconds(TrainingGraph graph) {
        int times = graph.form().microBatches() - 1;
        return times == 0
                ? 0
                : ModelParameters.of(graph).stream()
                        .filter(ModelParameter::trained)
                        .mapToDouble(p -> times * costs.sumSeconds(p.updated().elements()))
                        .sum();
    }

    /** What the plan is for: a step if it trains, else an evaluation. */
    private static Variant purpose(TrainingGraph graph) {
        if (graph.graph().spec().mode().equals("TRAIN")) {
            return graph.train();
        }
        return graph.losses().losses().isEmpty() ? graph.outputs() : graph.losses();
    }

    /** Of all that backward reads, what is not kept is computed again. */
    private static List<OperatorPlan> operators(
            ModelCost model,
            LaidOut laidOut,
            MemoryProfile memory,
            List<SavedTensor> read,
            Map<String, Alternative> alternatives) {
        Set<SavedTensor> kept = Set.copyOf(memory.saved());
        Map<String, List<SavedTensor>> saved =
                memory.saved().stream().collect(Collectors.groupingBy(SavedTensor::operator));
        Map<String, List<SavedTensor>> recomputed =
                read.stream().filter(s -> !kept.contains(s)).collect(Collectors.groupingBy(SavedTensor::operator));
        List<OperatorPlan> operators = new ArrayList<>();
        for (OperatorCost cost : model.operators()) {
            LaidOut.Placed placed = laidOut.operator(cost.name());
            operators.add(new OperatorPlan(
                    cost,
                    placed.node(),
                    placed.strategy(),
                    saved.getOrDefault(cost.name(), List.of()),
                    recomputed.getOrDefault(cost.name(), List.of()),
                    Optional.ofNullable(alternatives.get(cost.name()))));
        }
        return operators;
    }

    private List<ParameterPlan> parameters(TrainingGraph graph, LaidOut laidOut) {
        List<ModelParameter> whole = ModelParameters.of(model);
        List<ModelParameter> parts = ModelParameters.of(graph);
        List<ParameterPlan> parameters = new ArrayList<>();
        for (int i = 0; i < whole.size(); i++) {
            ModelParameter part = parts.get(i);
            if (!part.name().equals(whole.get(i).name())) {
                throw new IllegalStateException(
                        part.name() + " stands where " + whole.get(i).name() + " did");
            }
            ParameterStorage storage = laidOut.parameter(part.tiedTo().orElse(part.name()));
            long gradientBytes = part.trained() ? bytes(part.updated()) : 0;
            parameters.add(new ParameterPlan(
                    part,
                    whole.get(i).type(),
                    storage.parameter(),
                    storage.state(),
                    storage.keepGathered(),
                    gradientBytes));
        }
        return parameters;
    }

    private long bytes(TensorType type) {
        return type.elements() * type.element().bytes(target.format().bytes());
    }

    /**
     * Gradients are read; values, masters and state of what is updated here are read and written. Backward calls the optimizer for every
     * parameter, which moves the same bytes in more calls.
     */
    private double updateSeconds(TrainingGraph graph) {
        if (!graph.graph().spec().mode().equals("TRAIN")) {
            return 0;
        }
        LongStream bytes = ModelParameters.of(graph).stream()
                .filter(ModelParameter::trained)
                .mapToLong(p -> bytes(p.updated())
                        + 2 * (p.bytes() - bytes(p.type()) + bytes(p.updated()) + p.optimizerBytes()));
        return graph.form().updateInBackward()
                ? bytes.mapToDouble(costs::updateSeconds).sum()
                : costs.updateSeconds(bytes.sum());
    }

    /** What decides about a plan beside its program. */
    private String context(String modelHash) {
        PlanSpec spec = model.graph().spec();
        return String.join(
                        "\n",
                        modelHash,
                        target.device().name(),
                        target.mesh().shape().toString(),
                        Long.toString(target.budgetBytes()),
                        spec.mode(),
                        spec.train().optimizer(),
                        spec.train().precision(),
                        Boolean.toString(spec.train().clipping()))
                + "\n";
    }
}
