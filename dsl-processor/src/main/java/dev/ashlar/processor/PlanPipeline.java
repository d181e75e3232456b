package dev.ashlar.processor;

import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Workspace;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.graph.Autodiff;
import dev.ashlar.processor.graph.Graph;
import dev.ashlar.processor.graph.GraphBuilder;
import dev.ashlar.processor.graph.MicroBatches;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.op.Catalogue;
import dev.ashlar.processor.plan.OperatorPlan;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.plan.Planner;
import dev.ashlar.processor.report.CostTable;
import dev.ashlar.processor.report.Explanation;
import dev.ashlar.processor.report.PlanHtml;
import dev.ashlar.processor.report.PlanJson;
import dev.ashlar.processor.spec.PlanSpec;
import dev.ashlar.processor.write.OperatorFacts;
import dev.ashlar.processor.write.StepFacts;
import dev.ashlar.processor.write.StepWriter;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** From a plan that was read to its written class: graph, gradients, program, plan, source. Each step runs only if those before are clean. */
final class PlanPipeline implements PlanStep {
    private final Catalogue catalogue;
    private final UnaryOperator<TrainingGraph> rewrite;

    PlanPipeline(Catalogue catalogue) {
        this(catalogue, UnaryOperator.identity());
    }

    /** A pipeline that changes every graph before it is planned. */
    PlanPipeline(Catalogue catalogue, UnaryOperator<TrainingGraph> rewrite) {
        this.catalogue = catalogue;
        this.rewrite = rewrite;
    }

    @Override
    public void process(PlanSpec spec, Diagnostics diagnostics, PlanSurroundings surroundings) throws IOException {
        GraphBuilder builder = new GraphBuilder(measured(spec, surroundings), diagnostics);
        Optional<Graph> graph = microBatch(builder.build(spec), builder, diagnostics);
        if (graph.isEmpty() || diagnostics.hasErrors()) {
            return;
        }
        TrainingGraph training = Autodiff.derive(graph.get(), diagnostics);
        if (diagnostics.hasErrors()) {
            return;
        }
        Optional<Plan> plan = new Planner(
                        surroundings.devices(),
                        diagnostics,
                        surroundings.options().fusion())
                .plan(
                        rewrite.apply(training),
                        number ->
                                microBatch(training, number, spec, surroundings).map(rewrite));
        if (plan.isPresent()) {
            report(plan.get(), surroundings);
            if (surroundings.writesSteps()) {
                surroundings.write(
                        new StepWriter(plan.get().program(), facts(plan.get())).write(surroundings.generated()));
            }
        }
    }

    /** Another split of the batch is a question: what is wrong about it is not reported. */
    private Optional<TrainingGraph> microBatch(
            TrainingGraph whole, int number, PlanSpec spec, PlanSurroundings surroundings) {
        GraphBuilder builder = new GraphBuilder(measured(spec, surroundings), new Diagnostics());
        return MicroBatches.of(whole, number, builder::build);
    }

    private static Optional<Graph> microBatch(Optional<Graph> whole, GraphBuilder builder, Diagnostics diagnostics) {
        try {
            return whole.flatMap(g -> MicroBatches.of(g, builder::build));
        } catch (ModelException impossible) {
            diagnostics.error(impossible);
            return Optional.empty();
        }
    }

    /** The operators with what the plan's device was measured to take; an unknown device is reported when it is planned for. */
    private Catalogue measured(PlanSpec spec, PlanSurroundings surroundings) {
        Optional<Device> device = surroundings.devices().find(spec.device().text());
        Catalogue measured = catalogue;
        if (device.isPresent()) {
            measured = device.get().cpu() ? catalogue : catalogue.onCuda();
            for (Map.Entry<String, Workspace> entry :
                    device.get().calibration().workspaces().entrySet()) {
                measured = measured.measured(
                        entry.getKey(),
                        entry.getValue().forward(),
                        entry.getValue().backward());
            }
        }
        return measured;
    }

    private static void report(Plan plan, PlanSurroundings surroundings) throws IOException {
        PlanSpec spec = plan.spec();
        if (surroundings.options().reports().contains("json")) {
            surroundings.writeResource(
                    spec.packageName(), spec.simpleName() + ".plan.json", PlanJson.text(plan, Version.ASHLAR));
        }
        if (surroundings.options().reports().contains("html")) {
            surroundings.writeResource(spec.packageName(), spec.simpleName() + ".plan.html", PlanHtml.text(plan));
        }
        if (surroundings.options().explain()) {
            surroundings.tell(spec.qualifiedName() + "\n" + Explanation.text(plan));
        }
        if (surroundings.options().verbose()) {
            surroundings.tell(spec.qualifiedName() + "\n" + CostTable.text(plan));
        }
    }

    /** What the written class says about a plan. */
    static StepFacts facts(Plan plan) {
        boolean mesh = plan.target().mesh().devices() > 1;
        Map<OperatorNode, OperatorFacts> operators = new HashMap<>();
        for (OperatorPlan operator : plan.operators()) {
            OperatorCost cost = operator.cost();
            Optional<String> strategy = Optional.of(operator.strategy().toString());
            operators.putIfAbsent(
                    cost.node(),
                    new OperatorFacts(cost.forward().seconds(), cost.backward().seconds(), strategy.filter(t -> mesh)));
        }
        return new StepFacts(
                plan.modelHash(),
                plan.planHash(),
                plan.target().device().name(),
                plan.target().mesh().shape(),
                plan.target().format().bytes(),
                plan.target().budgetBytes(),
                plan.memory().peakBytes(),
                plan.memory().parameterBytes(),
                plan.memory().optimizerBytes(),
                plan.summary(),
                operators);
    }
}
