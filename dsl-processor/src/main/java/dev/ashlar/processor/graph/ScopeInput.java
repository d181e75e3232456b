package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import java.util.Optional;

/**
 * An input of a scope.
 *
 * @param name its name, the method's
 * @param value the tensor
 * @param whole what it is a device's part of, if it is a model's and laid out over devices
 */
public record ScopeInput(String name, Value value, Source source, Optional<Whole> whole) {
    /** An input that is no part. */
    public ScopeInput(String name, Value value, Source source) {
        this(name, value, source, Optional.empty());
    }
}
