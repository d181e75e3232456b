package dev.ashlar.processor.op;

import java.util.Map;
import java.util.Optional;

/** Builds operators in place of a {@link Sugar}. */
public interface Expansion {
    /** The annotation's elements. */
    Attributes attributes();

    /** What goes to a port. */
    Optional<Handle> port(String name);

    /**
     * Adds an operator, whose name is the annotated method's with this one below: {@code attn.q}. Elements that are not given have the
     * annotation's defaults.
     *
     * @param name its name; empty for the last operator, which makes the method's own tensor
     * @param annotation its annotation: {@code "Linear"}
     * @param elements texts (size expressions too), {@code Boolean}, {@code Double} or {@code Long} by element
     * @param inputs its inputs in order of its ports
     */
    Handle operator(String name, String annotation, Map<String, Object> elements, Handle... inputs);

    /** States the result. */
    void output(Handle tensor);
}
