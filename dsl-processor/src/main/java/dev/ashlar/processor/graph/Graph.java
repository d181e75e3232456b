package dev.ashlar.processor.graph;

import dev.ashlar.processor.spec.PlanSpec;

/**
 * A model with all shapes known.
 *
 * @param spec what it was read from
 * @param root the model's scope
 */
public record Graph(PlanSpec spec, Scope root) {
    /** The same plan with another form of its model. */
    public Graph with(Scope other) {
        return new Graph(spec, other);
    }
}
