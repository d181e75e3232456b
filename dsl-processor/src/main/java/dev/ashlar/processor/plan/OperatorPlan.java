package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.program.SavedTensor;
import dev.ashlar.processor.shard.Strategy;
import java.util.List;
import java.util.Optional;

/**
 * What was chosen for one operator.
 *
 * @param cost what it costs on one device
 * @param whole the operator on whole tensors
 * @param strategy how devices share it
 * @param saved what it makes that forward leaves for backward
 * @param recomputed what it makes that backward reads and computes again
 * @param alternative the best plan with another strategy here; empty if there is none or nobody asked
 */
public record OperatorPlan(
        OperatorCost cost,
        OperatorNode whole,
        Strategy strategy,
        List<SavedTensor> saved,
        List<SavedTensor> recomputed,
        Optional<Alternative> alternative) {
    /** Copies its lists. */
    public OperatorPlan {
        saved = List.copyOf(saved);
        recomputed = List.copyOf(recomputed);
    }

    /** Full name, {@code "body[0].up"}. */
    public String name() {
        return cost.name();
    }

    /** Bytes of all that it leaves. */
    public long savedBytes() {
        return saved.stream().mapToLong(SavedTensor::bytes).sum();
    }
}
