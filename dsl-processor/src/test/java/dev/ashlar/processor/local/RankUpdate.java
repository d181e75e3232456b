package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.shard.Grid;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.Placement;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.ArrayList;
import java.util.List;

/** The first step of AdamW on all ranks of a simulated mesh: each updates what it has the state of, and then gathers the rest. */
record RankUpdate(SimulatedMesh ranks, Mesh mesh) {
    private static final double RATE = 0.1;
    private static final double DECAY = 0.2;
    /** Large, so that the rounding of gradients does not count. */
    private static final double EPSILON = 0.5;

    /** What every rank has of a parameter afterwards. */
    List<Grid> step(ModelParameter parameter, ParameterStorage storage, List<Grid> values, List<Grid> gradients) {
        List<Grid> updated = new ArrayList<>();
        for (int rank = 0; rank < values.size(); rank++) {
            double[] gradient = gradients.get(rank).values();
            Grid shard = slice(values.get(rank), storage, rank);
            updated.add(new Grid(gradients.get(rank).shape(), shard.values())
                    .map((v, i) -> v - RATE * (gradient[i] / (Math.abs(gradient[i]) + EPSILON) + DECAY * v)));
        }
        for (Hop hop : parameter.update()) {
            updated = ranks.execute((Move) hop.transfer(), updated);
        }
        return updated;
    }

    private Grid slice(Grid part, ParameterStorage storage, int rank) {
        Layout from = storage.parameter();
        Grid slice = part;
        for (int axis = 0; axis < mesh.rank(); axis++) {
            if (!from.on(axis).equals(storage.state().on(axis))) {
                int dimension = ((Placement.Shard) storage.state().on(axis)).dimension();
                slice = ranks.chunk(slice, dimension, rank, axis);
            }
        }
        return slice;
    }
}
