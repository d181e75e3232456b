package dev.ashlar.processor.plan;

import dev.ashlar.processor.shard.Strategy;
import java.util.List;
import java.util.Set;

/**
 * What the labels of an operator's variable mean.
 *
 * @param name full name of the operator, {@code "body[0].up"}
 * @param variable of the problem
 * @param labels by label
 */
record OperatorLabels(String name, int variable, List<Label> labels) {
    OperatorLabels {
        labels = List.copyOf(labels);
    }

    /**
     * One choice.
     *
     * @param strategy of the operator
     * @param recomputed names of the tensors it makes that backward computes again
     */
    record Label(Strategy strategy, Set<String> recomputed) {
        Label {
            recomputed = Set.copyOf(recomputed);
        }
    }
}
