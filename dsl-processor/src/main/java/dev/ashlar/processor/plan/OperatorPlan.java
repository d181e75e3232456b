package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.program.SavedTensor;
import java.util.List;

/**
 * What was chosen for one operator.
 *
 * @param cost what it costs
 * @param saved what it makes that forward leaves for backward; all of it is kept
 */
public record OperatorPlan(OperatorCost cost, List<SavedTensor> saved) {
    /** Copies the list. */
    public OperatorPlan {
        saved = List.copyOf(saved);
    }

    /** Bytes of all that it leaves. */
    public long savedBytes() {
        return saved.stream().mapToLong(SavedTensor::bytes).sum();
    }
}
