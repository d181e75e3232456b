package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Variant;
import java.util.List;
import java.util.Optional;

/**
 * One direction of one variant of a scope: a method of the written class.
 *
 * @param name name of the method
 * @param scope names of the scope's fields
 * @param direction which way
 * @param arguments for forward one for each input of the scope, for backward one for each output that has a gradient; owned
 * @param parts the statements; more than one part if a single method would be too long, and then all that lives across parts is in
 *     fields
 * @param results for forward one for each output and loss, for backward one for each input whose gradient is made; owned by the caller
 * @param saved what forward leaves for backward, in order of its making
 */
public record Routine(
        String name,
        ScopeNames scope,
        Variant variant,
        Direction direction,
        List<Optional<Slot>> arguments,
        List<List<Statement>> parts,
        List<Optional<Operand.Tensor>> results,
        List<Slot> saved) {
    /** Which way a routine goes. */
    public enum Direction {
        FORWARD,
        /** Forward of a training step that keeps nothing, for it runs again before backward. */
        PASS,
        EVALUATE,
        BACKWARD;

        /** Whether forward leaves something for backward, or backward finds it. */
        boolean keeps() {
            return this == FORWARD || this == BACKWARD;
        }
    }

    /** Whether it needs the scope's saved tensors: evaluation only if it has several parts. */
    public boolean usesFields() {
        return direction != Direction.EVALUATE || parts.size() > 1;
    }
}
