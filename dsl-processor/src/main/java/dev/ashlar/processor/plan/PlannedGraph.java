package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.local.Assignment;

/**
 * What one device runs.
 *
 * @param graph its part of the model, with what backward computes again
 * @param keepsAll the same where forward keeps all that backward reads
 * @param whole the model on whole tensors, in the same form
 * @param assignment by which the whole model was laid out
 */
record PlannedGraph(TrainingGraph graph, TrainingGraph keepsAll, TrainingGraph whole, Assignment assignment) {
    /** The whole model on one device. */
    static PlannedGraph serial(TrainingGraph graph, TrainingGraph keepsAll, Mesh mesh) {
        return new PlannedGraph(graph, keepsAll, keepsAll, new SerialAssignment(mesh));
    }
}
