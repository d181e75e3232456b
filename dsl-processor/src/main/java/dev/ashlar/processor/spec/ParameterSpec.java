package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Source;
import java.util.Optional;

/**
 * A parameter of a method: an edge it reads.
 *
 * @param name the parameter's name
 * @param edge the edge by {@code @In(value)}; the parameter's name if empty
 * @param port the port by {@code @In(to)}
 * @param source the parameter
 */
public record ParameterSpec(String name, Optional<String> edge, Optional<String> port, Source source) {
    /** The edge that is read: {@code "x"} or {@code "block.output"}. */
    public String reads() {
        return edge.orElse(name);
    }
}
