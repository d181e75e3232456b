package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.shard.Strategy;
import java.util.List;

/**
 * What may be chosen for an operator.
 *
 * @param whole the operator in the whole graph
 * @param strategies all that may be chosen
 * @param facts what each of them comes to
 * @param stored for each of them the ways to store its parameters
 */
record OperatorMenu(OperatorNode whole, List<Strategy> strategies, List<Facts> facts, List<List<Stored>> stored) {
    /** Copies the lists. */
    OperatorMenu {
        strategies = List.copyOf(strategies);
        facts = List.copyOf(facts);
        stored = stored.stream().map(List::copyOf).toList();
    }

    /** How many ways to store its parameters a strategy has, at the most. */
    int mostStored() {
        return stored.stream().mapToInt(List::size).max().orElse(1);
    }
}
