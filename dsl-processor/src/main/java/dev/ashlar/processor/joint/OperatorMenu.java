package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.shard.Strategy;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What may be chosen for an operator.
 *
 * @param whole the operator in the whole graph
 * @param strategies all that may be chosen
 * @param facts what each of them comes to
 * @param stored for each of them the ways to store its parameters
 * @param tied its parameters that are used elsewhere too, by index
 */
record OperatorMenu(
        OperatorNode whole,
        List<Strategy> strategies,
        List<Facts> facts,
        List<List<Stored>> stored,
        Map<Integer, TiedUse> tied) {
    /** Copies the lists. */
    OperatorMenu {
        strategies = List.copyOf(strategies);
        facts = List.copyOf(facts);
        stored = stored.stream().map(List::copyOf).toList();
        tied = Map.copyOf(tied);
    }

    /** What a way to store its parameters comes to under a strategy; -1 where the strategy has fewer ways. */
    long amount(int strategy, int label, ToLongFunction<Stored> amount) {
        List<Stored> ways = stored.get(strategy);
        return label < ways.size() ? amount.applyAsLong(ways.get(label)) : -1;
    }

    /** How many ways to store its parameters a strategy has, at the most. */
    int mostStored() {
        return stored.stream().mapToInt(List::size).max().orElse(1);
    }
}
