package dev.ashlar.processor.local;

import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.shard.Collectives;

/** Lets devices exchange what parameters need while kernels run. */
public final class Overlapping {
    private Overlapping() {}

    /**
     * The same graph with gathers that are begun early and reductions of gradients that are waited for late, as far as its form allows: none
     * where backward updates parameters, gathers alone where gradients are added to those of earlier micro-batches.
     *
     * @param graph of one device of the mesh of {@code collectives}
     * @param format that the plan computes in
     */
    public static TrainingGraph of(TrainingGraph graph, Collectives collectives, NumberFormat format) {
        return graph.form().updateInBackward()
                ? graph
                : GradientReductions.of(GathersAhead.of(graph), collectives, format);
    }
}
