package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Source;
import java.util.Map;
import java.util.TreeMap;

/**
 * One annotation of package {@code dev.ashlar.dsl}.
 *
 * @param name simple name, such as {@code "Linear"}
 * @param values every element, defaults included, sorted by name: class files keep no order under every compiler
 * @param source the annotation
 */
public record AnnotationSpec(String name, Map<String, ValueSpec> values, Source source) {
    /** The element of this name; it exists, because defaults are filled in. */
    public ValueSpec value(String element) {
        ValueSpec value = values.get(element);
        if (value == null) {
            throw new IllegalArgumentException("@" + name + " has no element " + element);
        }
        return value;
    }

    /** This annotation with the values that {@code nearer} states, and its place. */
    AnnotationSpec overriddenBy(AnnotationSpec nearer) {
        Map<String, ValueSpec> merged = new TreeMap<>(values);
        nearer.values().forEach((k, v) -> {
            if (v.explicit()) {
                merged.put(k, v);
            }
        });
        return new AnnotationSpec(name, merged, nearer.source());
    }
}
