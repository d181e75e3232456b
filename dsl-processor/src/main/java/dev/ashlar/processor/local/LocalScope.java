package dev.ashlar.processor.local;

import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.shard.Layout;
import java.util.List;

/**
 * What one device has of a scope.
 *
 * @param scope with one device's shapes
 * @param storage layouts of all parameters of it and of the blocks it uses, in one order for all forms of the scope
 */
record LocalScope(Scope scope, List<Layout> storage) {
    /** Copies the list. */
    LocalScope {
        storage = List.copyOf(storage);
    }
}
