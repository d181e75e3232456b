package dev.ashlar.processor.recompute;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Tensors that are dropped together or kept together.
 *
 * @param maker the first kernel that makes some of them
 * @param dropped what is dropped, by variant of the scope
 */
record Bit(Step.Kernel maker, Map<Variant, Set<Value>> dropped) {
    Bit(Variant variant, Step.Kernel maker, Set<Value> values) {
        this(maker, Map.of(variant, values));
    }

    private Stream<Value> values() {
        return dropped.values().stream().flatMap(Set::stream);
    }

    long elements() {
        return values().filter(v -> v.storage() == v)
                .mapToLong(v -> v.type().elements())
                .sum();
    }

    Bit with(Bit other) {
        Map<Variant, Set<Value>> both = new LinkedHashMap<>();
        dropped.forEach((variant, values) -> both.put(variant, new LinkedHashSet<>(values)));
        other.dropped.forEach((variant, values) ->
                both.computeIfAbsent(variant, v -> new LinkedHashSet<>()).addAll(values));
        return new Bit(maker, both);
    }

    boolean sharesStorage(Bit other) {
        return values().anyMatch(v -> other.values().anyMatch(w -> w.storage() == v.storage()));
    }

    boolean isOfSameScope(Bit other) {
        return dropped.keySet().equals(other.dropped.keySet());
    }

    /** Whether both are made in the same way from the same tensor, like the projections of an attention. */
    boolean isLike(Bit other) {
        return isOfSameScope(other)
                && maker.kernel().equals(other.maker.kernel())
                && maker.arguments().get(0) == other.maker.arguments().get(0);
    }
}
