package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.program.SavedTensor;
import java.util.List;

/**
 * What was chosen for one operator.
 *
 * @param cost what it costs
 * @param saved what it makes that forward leaves for backward
 * @param recomputed what it makes that backward reads and computes again
 */
public record OperatorPlan(OperatorCost cost, List<SavedTensor> saved, List<SavedTensor> recomputed) {
    /** Copies its lists. */
    public OperatorPlan {
        saved = List.copyOf(saved);
        recomputed = List.copyOf(recomputed);
    }

    /** Bytes of all that it leaves. */
    public long savedBytes() {
        return saved.stream().mapToLong(SavedTensor::bytes).sum();
    }
}
