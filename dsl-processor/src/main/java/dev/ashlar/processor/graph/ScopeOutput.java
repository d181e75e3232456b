package dev.ashlar.processor.graph;

import java.util.Optional;

/**
 * An output of a scope.
 *
 * @param name its name, the method's
 * @param value the tensor
 * @param feeds name of the input that it feeds in the next repetition, where the user says so
 * @param collect what becomes of it in a repetition if it feeds nothing
 * @param whole what it is a device's part of, if it is a model's and laid out over devices
 */
public record ScopeOutput(String name, Value value, Optional<String> feeds, Collect collect, Optional<Whole> whole) {
    /** An output that is no part. */
    public ScopeOutput(String name, Value value, Optional<String> feeds, Collect collect) {
        this(name, value, feeds, collect, Optional.empty());
    }

    /** What becomes of an output of a repeated block that feeds nothing. */
    public enum Collect {
        LAST,
        SUM,
        STACK
    }
}
