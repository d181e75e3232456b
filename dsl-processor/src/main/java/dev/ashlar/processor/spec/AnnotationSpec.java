package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Source;
import java.util.Map;

/**
 * One annotation of package {@code dev.ashlar.dsl}.
 *
 * @param name simple name, such as {@code "Linear"}
 * @param values every element by name, defaults included, in order of their declaration
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
}
