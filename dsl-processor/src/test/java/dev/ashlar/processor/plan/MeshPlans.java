package dev.ashlar.processor.plan;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.ProvedSolver;
import java.util.ArrayList;
import java.util.List;

/** Plans that the joint problem yields, without alternatives and the curve, which take time. */
public final class MeshPlans {
    private static final Device HOST = DeviceCatalogue.standard().find("cpu").orElseThrow();
    private static final Effort ROUGH = Effort.of(0.02);

    private final PlanAssembly assembly;
    private final PlanProblem plans;
    private final ProvedSolver solver;

    private MeshPlans(ModelSpecs model, List<Integer> shape) {
        Mesh mesh = PlanTarget.mesh(shape, List.of(), HOST);
        PlanTarget target = new PlanTarget(HOST, mesh, 1L << 33, NumberFormat.FP32, false);
        TrainingGraph graph = model.graph();
        assembly = new PlanAssembly(graph, target);
        plans = Planner.meshPlans(graph, target, assembly);
        solver = new ProvedSolver(plans.problem());
    }

    /**
     * Plans of a model on hosts, each for a budget between that of the fastest and the smallest there is.
     *
     * @param budgets at least 2
     */
    public static List<Plan> of(ModelSpecs model, List<Integer> shape, int budgets) {
        MeshPlans all = new MeshPlans(model, shape);
        Plan fastest = all.within(1L << 50);
        Outcome.Infeasible least =
                (Outcome.Infeasible) all.solver.smallest(ROUGH).outcome();
        long most = fastest.memory().peakBytes();
        List<Plan> plans = new ArrayList<>(List.of(fastest));
        for (int i = budgets - 2; i >= 0; i--) {
            plans.add(all.within(least.smallestBudget() + (most - least.smallestBudget()) * i / (budgets - 1)));
        }
        return plans;
    }

    private Plan within(long budgetBytes) {
        Outcome.Feasible found =
                (Outcome.Feasible) solver.solve(budgetBytes, ROUGH).outcome();
        return assembly.only(plans.apply(found.solution().labels()));
    }
}
