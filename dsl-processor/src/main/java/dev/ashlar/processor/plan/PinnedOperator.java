package dev.ashlar.processor.plan;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.Map;
import java.util.Optional;

/**
 * What a pin asks of one operator.
 *
 * @param name full name of the operator
 * @param layouts by name of its tensors, {@code "weight"}; those that are left out are free
 * @param recomputed whether backward computes again what it makes; empty if that is free
 * @param source the pin, or the part of it that says this
 */
record PinnedOperator(String name, Map<String, Layout> layouts, Optional<Boolean> recomputed, Source source) {
    PinnedOperator {
        layouts = Map.copyOf(layouts);
    }

    /** Whether a strategy has the layouts. */
    boolean permits(Strategy strategy) {
        return layouts.entrySet().stream()
                .allMatch(e -> layout(strategy, e.getKey()).equals(Optional.of(e.getValue())));
    }

    /** The layout of one of an operator's tensors. */
    static Optional<Layout> layout(Strategy strategy, String tensor) {
        int index = strategy.names().indexOf(tensor);
        int operands = strategy.operands().size();
        return index < 0
                ? Optional.empty()
                : Optional.of(
                        index < operands
                                ? strategy.operands().get(index)
                                : strategy.outputs().get(index - operands));
    }
}
