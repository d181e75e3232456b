package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Value;

/** What the loop around a repeated block does behind one repetition, in one direction. */
sealed interface Turn {
    /**
     * Adds what repetitions have made, out of place.
     *
     * @param at name of the time point
     */
    record Sum(String at, Value result, Value left, Value right, Crossing crossing) implements Turn {}

    /** Holds a tensor until here, and lets it go. */
    record Hold(Value value) implements Turn {}
}
