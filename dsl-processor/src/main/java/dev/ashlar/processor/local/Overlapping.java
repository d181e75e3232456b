package dev.ashlar.processor.local;

import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.shard.Collectives;

/** Lets devices exchange what parameters need while kernels run. */
public final class Overlapping {
    private Overlapping() {}

    /**
     * The same graph with gathers that are begun early and, where its form allows it, reductions of gradients that are waited for late.
     *
     * @param graph of one device of the mesh of {@code collectives}
     * @param format that the plan computes in
     */
    public static TrainingGraph of(TrainingGraph graph, Collectives collectives, NumberFormat format) {
        return GradientReductions.of(GathersAhead.of(graph), collectives, format);
    }
}
