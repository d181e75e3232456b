package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Source;
import java.util.List;
import java.util.Optional;

/**
 * A method of a model or block: a tensor and how it is made.
 *
 * @param name the tensor's name
 * @param annotations the annotations of {@code dev.ashlar.dsl} on it
 * @param parameters the edges it reads
 * @param source the method, or what leads to it where it comes from a class file
 */
public record MethodSpec(String name, List<AnnotationSpec> annotations, List<ParameterSpec> parameters, Source source) {
    /** The annotation of this simple name. */
    public Optional<AnnotationSpec> annotation(String simpleName) {
        return annotations.stream().filter(a -> a.name().equals(simpleName)).findFirst();
    }

    /**
     * The annotation that says what the method does: an operator, {@code Input} or {@code Use}. Reading has made sure that there is
     * exactly one.
     */
    public AnnotationSpec operator() {
        return annotations.stream()
                .filter(a -> !Structural.NAMES.contains(a.name()))
                .findFirst()
                .orElseThrow();
    }
}
