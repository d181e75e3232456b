package dev.ashlar.processor.local;

import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.shard.Strategy;
import java.util.List;

/** What was chosen for one node of a scope. */
sealed interface Chosen {
    /**
     * For an operator.
     *
     * @param storage how each of its parameters is stored
     */
    record Operator(Strategy strategy, List<ParameterStorage> storage) implements Chosen {
        /** Copies the list. */
        public Operator {
            storage = List.copyOf(storage);
        }
    }

    /**
     * For a block.
     *
     * @param inputs how inputs pass into every repetition
     * @param outputs how outputs come out of all repetitions together
     * @param repetitions one for each
     */
    record Block(List<Boundary> inputs, List<Boundary> outputs, List<Scope> repetitions) implements Chosen {
        /** Copies the lists. */
        public Block {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            repetitions = List.copyOf(repetitions);
        }
    }
}
