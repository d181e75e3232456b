package dev.ashlar.processor.cost;

import dev.ashlar.processor.graph.OperatorNode;

/**
 * What one operator of the model costs.
 *
 * @param name its full name, {@code "body[0].up"}
 */
public record OperatorCost(String name, OperatorNode node, DirectionCost forward, DirectionCost backward) {
    /** Time of both directions. */
    public double seconds() {
        return forward.seconds() + backward.seconds();
    }
}
