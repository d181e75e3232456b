package dev.ashlar.processor.plan;

import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UpdateInBackward;
import java.util.ArrayList;
import java.util.List;

/**
 * The forms that a training step may have, each a graph of its own to plan. Together their plans are all plans of the model.
 *
 * <p>Update in backward moves the bytes that the update at the end moves, in one call of the optimizer for every parameter: it is never
 * faster, and pays where the memory of the gradients lets backward compute less again. Clipping needs all gradients at once.
 */
final class StepForms {
    private StepForms() {}

    /** The forms of a model that trains, the given one first. */
    static List<TrainingGraph> of(TrainingGraph graph, PlanTarget target) {
        List<TrainingGraph> forms = new ArrayList<>();
        forms.add(graph);
        // The joint problem of a mesh knows the update at the end alone.
        boolean one = target.mesh().devices() == 1;
        if (one
                && !graph.form().updateInBackward()
                && !graph.graph().spec().train().clipping()) {
            forms.add(UpdateInBackward.of(graph));
        }
        return forms;
    }
}
