package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.graph.GraphText;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.ModelParameters;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.ProgramText;
import dev.ashlar.processor.program.SavedTensor;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Plans a graph for one device: what backward reads is kept, or computed again where the memory does not do. */
public final class Planner {
    private final DeviceCatalogue catalogue;
    private final Diagnostics diagnostics;

    /** Reports what is wrong to {@code diagnostics}. */
    public Planner(DeviceCatalogue catalogue, Diagnostics diagnostics) {
        this.catalogue = catalogue;
        this.diagnostics = diagnostics;
    }

    /** The plan; empty if the target is wrong or the memory does not do, which is reported. */
    public Optional<Plan> plan(TrainingGraph graph) {
        PlanSpec spec = graph.graph().spec();
        Optional<PlanTarget> target = PlanTarget.read(spec, catalogue, diagnostics);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        Plan plan = plan(graph, target.get());
        if (plan.deviceBytes() > target.get().budgetBytes()) {
            Infeasible.report(plan, diagnostics);
            return Optional.empty();
        }
        return Optional.of(plan);
    }

    /** The fastest plan within the memory; the smallest there is if none is. */
    private static Plan plan(TrainingGraph graph, PlanTarget target) {
        Program whole = ProgramBuilder.build(graph);
        MemoryProfile memory = Timeline.of(whole);
        StepTime time = time(graph, target);
        long fixedBytes = target.device().fixedBytes();
        if (whole.backward().isEmpty()) {
            Evidence evidence = Evidence.onlyPlan(memory.peakBytes() + fixedBytes, time.seconds());
            return plan(whole, target, memory, memory.saved(), time, evidence);
        }
        CostModel costs = new CostModel(target.device(), target.format());
        Chooser.Choice choice =
                new Chooser(graph, memory, costs, time.seconds(), fixedBytes).choose(target.budgetBytes());
        boolean same = choice.graph() == graph;
        Program program = same ? whole : ProgramBuilder.build(choice.graph());
        MemoryProfile chosen = same ? memory : Timeline.of(program);
        if (chosen.peakBytes() != choice.peakBytes()) {
            throw new IllegalStateException(
                    "the plan needs " + chosen.peakBytes() + " bytes but was chosen for " + choice.peakBytes());
        }
        return plan(program, target, chosen, memory.saved(), time(choice.graph(), target), choice.evidence());
    }

    private static StepTime time(TrainingGraph graph, PlanTarget target) {
        CostModel costs = new CostModel(target.device(), target.format());
        ModelCost model = costs.of(purpose(graph));
        double recompute = model.operators().stream()
                .mapToDouble(o -> o.recompute().seconds())
                .sum();
        return new StepTime(model.seconds(), recompute, updateSeconds(graph, costs, target));
    }

    private static Plan plan(
            Program program,
            PlanTarget target,
            MemoryProfile memory,
            List<SavedTensor> read,
            StepTime time,
            Evidence evidence) {
        ModelCost model = new CostModel(target.device(), target.format()).of(purpose(program.graph()));
        List<ModelParameter> parameters = ModelParameters.of(program.graph());
        List<OperatorPlan> operators = operators(model, memory, read);
        String modelHash = Hash.of(GraphText.of(program.graph().graph()));
        return new Plan(
                program,
                target,
                memory,
                operators,
                parameters,
                time,
                evidence,
                modelHash,
                Hash.of(context(program, target, modelHash) + ProgramText.of(program)),
                Summary.lines(program, target, memory, operators, parameters, time));
    }

    /** What the plan is for: a step if it trains, else an evaluation. */
    private static Variant purpose(TrainingGraph graph) {
        if (graph.graph().spec().mode().equals("TRAIN")) {
            return graph.train();
        }
        return graph.losses().losses().isEmpty() ? graph.outputs() : graph.losses();
    }

    /** Of all that backward reads, what is not kept is computed again. */
    private static List<OperatorPlan> operators(ModelCost model, MemoryProfile memory, List<SavedTensor> read) {
        Set<SavedTensor> kept = Set.copyOf(memory.saved());
        Map<String, List<SavedTensor>> saved =
                memory.saved().stream().collect(Collectors.groupingBy(SavedTensor::operator));
        Map<String, List<SavedTensor>> recomputed =
                read.stream().filter(s -> !kept.contains(s)).collect(Collectors.groupingBy(SavedTensor::operator));
        return model.operators().stream()
                .map((OperatorCost c) -> new OperatorPlan(
                        c, saved.getOrDefault(c.name(), List.of()), recomputed.getOrDefault(c.name(), List.of())))
                .toList();
    }

    /** Gradients are read; values, masters and state are read and written. */
    private static double updateSeconds(TrainingGraph graph, CostModel costs, PlanTarget target) {
        if (!graph.graph().spec().mode().equals("TRAIN")) {
            return 0;
        }
        long bytes = ModelParameters.of(graph).stream()
                .filter(ModelParameter::trained)
                .mapToLong(p -> p.type().elements() * target.format().bytes() + 2 * (p.bytes() + p.optimizerBytes()))
                .sum();
        return bytes == 0
                ? 0
                : Math.max(costs.transferSeconds(bytes), target.device().launchSeconds());
    }

    /** What decides about a plan beside its program. */
    private static String context(Program program, PlanTarget target, String modelHash) {
        PlanSpec spec = program.graph().graph().spec();
        return String.join(
                        "\n",
                        modelHash,
                        target.device().name(),
                        target.mesh().toString(),
                        Long.toString(target.budgetBytes()),
                        spec.mode(),
                        spec.train().optimizer(),
                        spec.train().precision(),
                        Boolean.toString(spec.train().clipping()))
                + "\n";
    }
}
