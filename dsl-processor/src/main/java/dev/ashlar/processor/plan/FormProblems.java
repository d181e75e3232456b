package dev.ashlar.processor.plan;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.joint.Unplannable;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.recompute.RecomputeProblem;
import dev.ashlar.processor.solve.Solver;
import java.util.List;
import java.util.Optional;

/**
 * Puts together all plans of one form of the step.
 *
 * @param jointly whether what one device chooses is a problem like that of several, where its model has such a form
 */
record FormProblems(PlanTarget target, PlanAssembly assembly, List<PinnedOperator> pins, boolean jointly) {
    /** Ten times what blocks of transformers come to on one device: of more it takes longer than what menus lose. */
    private static final int MOST_ROWS = 40_000;

    /** Copies the list. */
    FormProblems {
        pins = List.copyOf(pins);
    }

    /** The same, where one device chooses from menus of what its blocks drop: there is always one, and less to go through. */
    FormProblems byMenus() {
        return new FormProblems(target, assembly, pins, false);
    }

    /**
     * The plans of a form.
     *
     * @throws ModelException if there are none on meshes, or none that obey the pins
     */
    PlanProblem plans(TrainingGraph graph) {
        return target.mesh().devices() > 1 ? PinnedPlans.of(onMesh(graph, target, assembly), pins) : onOneDevice(graph);
    }

    /** The same of a form beside the plain one; empty if that is not planned on meshes yet, or if its plans cannot obey the pins. */
    Optional<PlanProblem> others(TrainingGraph graph) {
        try {
            return Optional.of(plans(graph));
        } catch (ModelException form) {
            return Optional.empty();
        }
    }

    /**
     * The plans of a form that run segments of repetitions again, for each number of segments, if they are offered. They are for little
     * memory, where gradients do not wait for the end of backward unless they have to. A pin speaks of what is kept of each repetition.
     */
    List<PlanProblem> segmented(PlanProblem plans) {
        if (!pins.isEmpty() || !(plans instanceof OneDevicePlans all)) {
            return List.of();
        }
        boolean atEnd = all.whole().graph().spec().train().clipping();
        boolean offered = all.whole().form().updateInBackward()
                || atEnd && !all.whole().form().accumulates();
        return offered ? SegmentedPlans.of(all, assembly) : List.of();
    }

    /** All plans on a mesh, whatever is pinned. */
    static PlanProblem onMesh(TrainingGraph graph, PlanTarget target, PlanAssembly assembly) {
        try {
            return JointPlans.of(graph, target, assembly);
        } catch (Unplannable form) {
            throw notOnMeshes(graph, form.reason());
        }
    }

    private PlanProblem onOneDevice(TrainingGraph graph) {
        double seconds = assembly.time(graph).seconds();
        return jointly(graph, seconds).map(p -> PinnedPlans.of(p, pins)).orElseGet(() -> byMenus(graph, seconds));
    }

    private Optional<PlanProblem> jointly(TrainingGraph graph, double seconds) {
        try {
            return jointly
                    ? Optional.<PlanProblem>of(OneDevicePlans.of(graph, target, assembly.costs(), seconds))
                            .filter(p -> Solver.isWithin(p.problem(), MOST_ROWS))
                    : Optional.empty();
        } catch (Unplannable form) {
            return Optional.empty();
        }
    }

    private PlanProblem byMenus(TrainingGraph graph, double seconds) {
        MemoryProfile memory = Timeline.of(ProgramBuilder.build(graph));
        RecomputeProblem recompute = RecomputeProblem.of(graph, memory, assembly.costs(), seconds);
        return new RecomputePlans(graph, recompute, target.mesh(), memory.peakBytes(), seconds, true)
                .with(pins, PinPlaces.operators(graph.graph().root()));
    }

    static ModelException notOnMeshes(TrainingGraph graph, String reason) {
        return new ModelException(
                Code.BAD_MESH,
                graph.graph().spec().mesh().source(),
                "This version does not plan this model on several devices: " + reason + ". Write mesh = {1}.");
    }
}
