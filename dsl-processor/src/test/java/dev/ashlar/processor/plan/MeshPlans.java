package dev.ashlar.processor.plan;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.joint.Repeats;
import dev.ashlar.processor.joint.Unplannable;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.ProvedSolver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Plans that the joint problem yields and pins permit, without alternatives and the curve, which take time. */
public final class MeshPlans {
    /** Little: plans are to run here, not to be the best. */
    private static final Effort ROUGH = new Effort(0.02, 30_000, 60_000, 1);

    private final PlanAssembly assembly;
    private final PlanTarget target;
    private final PlanProblem plans;
    private final ProvedSolver solver;

    private interface Offered {
        PlanProblem of(TrainingGraph graph, PlanTarget target, PlanAssembly assembly);
    }

    private MeshPlans(ModelSpecs model, Offered offered) {
        this(model, model.graph(), offered);
    }

    private MeshPlans(ModelSpecs model, TrainingGraph graph, Offered offered) {
        target = PlanTarget.read(model.spec(), DeviceCatalogue.standard(), new Diagnostics())
                .orElseThrow();
        assembly = new PlanAssembly(graph, target);
        PinReader reader = new PinReader(PinPlaces.operators(graph.graph().root()), target.mesh(), new Diagnostics());
        List<PinnedOperator> pins =
                reader.read(PinPlaces.of(model.spec(), graph.graph().root()));
        plans = PinnedPlans.of(offered.of(graph, target, assembly), pins);
        solver = new ProvedSolver(plans.problem());
    }

    /** The fastest plan of a model within its memory. */
    public static Plan fastest(ModelSpecs model) {
        MeshPlans all = new MeshPlans(model, FormProblems::onMesh);
        return all.within(all.target.budgetBytes() - all.target.device().fixedBytes(), Effort.of(1e-4));
    }

    /**
     * Plans of a model, each for a budget between that of the fastest and the smallest there is.
     *
     * @param budgets at least 2
     */
    public static List<Plan> atBudgets(ModelSpecs model, int budgets) {
        return atBudgets(new MeshPlans(model, FormProblems::onMesh), budgets);
    }

    /** The same of plans whose step has another form. */
    public static List<Plan> atBudgets(ModelSpecs model, UnaryOperator<TrainingGraph> form, int budgets) {
        return atBudgets(new MeshPlans(model, form.apply(model.graph()), FormProblems::onMesh), budgets);
    }

    /** The same of those in which backward makes nothing again. */
    static List<Plan> keepingAtBudgets(ModelSpecs model, int budgets) {
        return atBudgets(new MeshPlans(model, MeshPlans::keeping), budgets);
    }

    private static PlanProblem keeping(TrainingGraph graph, PlanTarget target, PlanAssembly assembly) {
        try {
            return JointPlans.of(graph, target, assembly.costs(), Repeats.NOTHING);
        } catch (Unplannable form) {
            throw new IllegalArgumentException(form);
        }
    }

    /** The fastest within the peak of another plan. */
    static Plan withinThatOf(Plan other, ModelSpecs model) {
        return new MeshPlans(model, FormProblems::onMesh).within(other.memory().peakBytes(), ROUGH);
    }

    private static List<Plan> atBudgets(MeshPlans all, int budgets) {
        Plan fastest = all.within(1L << 50, ROUGH);
        Outcome.Infeasible least =
                (Outcome.Infeasible) all.solver.smallest(ROUGH).outcome();
        long most = fastest.memory().peakBytes();
        List<Plan> plans = new ArrayList<>(List.of(fastest));
        for (int i = budgets - 2; i >= 0; i--) {
            long budget = least.smallestBudget() + (most - least.smallestBudget()) * i / (budgets - 1);
            plans.add(all.within(budget, ROUGH));
        }
        return plans;
    }

    private Plan within(long budgetBytes, Effort effort) {
        Outcome.Feasible found =
                (Outcome.Feasible) solver.solve(budgetBytes, effort).outcome();
        return assembly.only(plans.apply(found.solution().labels()));
    }
}
