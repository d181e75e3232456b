package dev.ashlar.processor.graph;

import dev.ashlar.processor.spec.ValueSpec;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The elements of an operator's annotation as written, defaults included, for reports and hashes. */
public final class OperatorAttributes {
    private OperatorAttributes() {}

    /** By name: {@code String}, {@code Long}, {@code Double}, {@code Boolean} or a {@code List} of these. */
    public static SortedMap<String, Object> of(OperatorNode node) {
        SortedMap<String, Object> attributes = new TreeMap<>();
        if (node.attributes() instanceof NodeAttributes written) {
            written.annotation().values().forEach((name, value) -> attributes.put(name, plain(value)));
        }
        return attributes;
    }

    private static Object plain(ValueSpec value) {
        return value.value() instanceof List<?> values
                ? values.stream().map(v -> plain((ValueSpec) v)).toList()
                : value.value();
    }
}
