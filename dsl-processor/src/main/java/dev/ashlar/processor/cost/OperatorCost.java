package dev.ashlar.processor.cost;

import dev.ashlar.processor.graph.OperatorNode;

/**
 * What one operator of the model costs.
 *
 * @param name its full name, {@code "body[0].up"}
 * @param recompute what backward calls again of forward
 */
public record OperatorCost(
        String name, OperatorNode node, DirectionCost forward, DirectionCost backward, DirectionCost recompute) {
    /** Time of both directions, and of what backward computes again. */
    public double seconds() {
        return forward.seconds() + backward.seconds() + recompute.seconds();
    }
}
