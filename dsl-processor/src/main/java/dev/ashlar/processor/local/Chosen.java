package dev.ashlar.processor.local;

import dev.ashlar.processor.shard.Strategy;
import java.util.List;

/** What was chosen for one node of a scope. */
sealed interface Chosen {
    /** For an operator. */
    record Operator(Strategy strategy) implements Chosen {}

    /**
     * For a block.
     *
     * @param inputs how inputs pass into every repetition
     * @param outputs how outputs come out of all repetitions together
     * @param repetitions one for each
     */
    record Block(List<Boundary> inputs, List<Boundary> outputs, List<LocalScope> repetitions) implements Chosen {
        /** Copies the lists. */
        public Block {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            repetitions = List.copyOf(repetitions);
        }
    }
}
