package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.local.Assignment;

/**
 * What one device runs.
 *
 * @param graph its part of the model, with what backward computes again
 * @param keepsAll the same where forward keeps all that backward reads
 * @param assignment by which the whole model was laid out
 */
record PlannedGraph(TrainingGraph graph, TrainingGraph keepsAll, Assignment assignment) {
    /** The whole model on one device. */
    static PlannedGraph serial(TrainingGraph graph, TrainingGraph keepsAll, Mesh mesh) {
        return new PlannedGraph(graph, keepsAll, new SerialAssignment(mesh));
    }
}
