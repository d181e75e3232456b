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
import dev.ashlar.processor.program.ProgramText;
import dev.ashlar.processor.program.SavedTensor;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Plans a program for one device: all that backward reads is kept. */
public final class Planner {
    private final DeviceCatalogue catalogue;
    private final Diagnostics diagnostics;

    /** Reports what is wrong to {@code diagnostics}. */
    public Planner(DeviceCatalogue catalogue, Diagnostics diagnostics) {
        this.catalogue = catalogue;
        this.diagnostics = diagnostics;
    }

    /** The plan; empty if the target is wrong or the memory does not do, which is reported. */
    public Optional<Plan> plan(Program program) {
        PlanSpec spec = program.graph().graph().spec();
        Optional<PlanTarget> target = PlanTarget.read(spec, catalogue, diagnostics);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        Plan plan = plan(program, target.get());
        if (plan.deviceBytes() > target.get().budgetBytes()) {
            Infeasible.report(plan, diagnostics);
            return Optional.empty();
        }
        return Optional.of(plan);
    }

    private static Plan plan(Program program, PlanTarget target) {
        MemoryProfile memory = Timeline.of(program);
        CostModel costs = new CostModel(target.device(), target.format());
        ModelCost model = costs.of(purpose(program.graph()));
        List<ModelParameter> parameters = ModelParameters.of(program.graph());
        StepTime time = new StepTime(model.seconds(), updateSeconds(program, costs, parameters, target));
        String modelHash = Hash.of(GraphText.of(program.graph().graph()));
        return new Plan(
                program,
                target,
                memory,
                operators(model, memory),
                parameters,
                time,
                modelHash,
                Hash.of(context(program, target, modelHash) + ProgramText.of(program)),
                Summary.lines(program, target, memory, parameters, time));
    }

    /** What the plan is for: a step if it trains, else an evaluation. */
    private static Variant purpose(TrainingGraph graph) {
        if (graph.graph().spec().mode().equals("TRAIN")) {
            return graph.train();
        }
        return graph.losses().losses().isEmpty() ? graph.outputs() : graph.losses();
    }

    private static List<OperatorPlan> operators(ModelCost model, MemoryProfile memory) {
        Map<String, List<SavedTensor>> saved = memory.saved().stream()
                .collect(Collectors.groupingBy(SavedTensor::operator, LinkedHashMap::new, Collectors.toList()));
        return model.operators().stream()
                .map((OperatorCost c) -> new OperatorPlan(c, saved.getOrDefault(c.name(), List.of())))
                .toList();
    }

    /** Gradients are read; values, masters and state are read and written. */
    private static double updateSeconds(
            Program program, CostModel costs, List<ModelParameter> parameters, PlanTarget target) {
        if (program.backward().isEmpty()) {
            return 0;
        }
        long bytes = parameters.stream()
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
                        target.mesh().shape().toString(),
                        Long.toString(target.budgetBytes()),
                        spec.mode(),
                        spec.train().optimizer(),
                        spec.train().precision(),
                        Boolean.toString(spec.train().clipping()))
                + "\n";
    }
}
