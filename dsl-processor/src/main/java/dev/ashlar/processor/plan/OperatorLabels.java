package dev.ashlar.processor.plan;

import dev.ashlar.processor.shard.Strategy;
import java.util.List;

/**
 * What the labels of an operator's variable mean.
 *
 * @param name full name of the operator, {@code "body[0].up"}
 * @param variable of the problem
 * @param strategies by label
 */
record OperatorLabels(String name, int variable, List<Strategy> strategies) {
    OperatorLabels {
        strategies = List.copyOf(strategies);
    }
}
