package dev.ashlar.processor.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model, or a block with the shapes that one use gives it.
 *
 * @param typeName simple name of its interface
 * @param inputs of a block sorted by name, of a model in the order of its batch
 * @param nodes in an order in which every node follows those it reads; it depends on the names alone, not on declarations
 * @param parameters in order of the nodes
 * @param outputs sorted by name
 * @param losses of a model, sorted by name
 */
public record Scope(
        String typeName,
        List<ScopeInput> inputs,
        List<Node> nodes,
        List<ScopeParameter> parameters,
        List<ScopeOutput> outputs,
        List<ScopeLoss> losses) {
    /** Identity: two may look alike and still be two. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
