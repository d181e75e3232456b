package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Source;
import java.util.List;

/**
 * One element of an annotation.
 *
 * @param value a {@code String} (texts, enum constants by their simple name, classes by their qualified name), {@code Long} (every
 *     whole number), {@code Double}, {@code Boolean}, an {@link AnnotationSpec}, or a {@code List<ValueSpec>} for arrays
 * @param explicit whether the user wrote it; otherwise it is the annotation's default
 * @param source the value itself where the user wrote it, else the annotation
 */
public record ValueSpec(Object value, boolean explicit, Source source) {
    /** The value of a text, an enum constant or a class. */
    public String text() {
        return (String) value;
    }

    /** The values of an array. */
    public List<ValueSpec> entries() {
        return ((List<?>) value).stream().map(ValueSpec.class::cast).toList();
    }
}
