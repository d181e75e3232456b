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
 */
record OperatorMenu(OperatorNode whole, List<Strategy> strategies, List<Facts> facts) {
    /** Copies the lists. */
    OperatorMenu {
        strategies = List.copyOf(strategies);
        facts = List.copyOf(facts);
    }
}
