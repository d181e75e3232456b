package dev.ashlar.processor.cost;

import java.util.List;

/**
 * What a model costs.
 *
 * @param operators every operator of every repetition, in order of its forward
 * @param sumSeconds time to sum gradients that meet
 */
public record ModelCost(List<OperatorCost> operators, double sumSeconds) {
    /** Copies the list. */
    public ModelCost {
        operators = List.copyOf(operators);
    }

    /** Forward and backward of all. */
    public double seconds() {
        return operators.stream().mapToDouble(OperatorCost::seconds).sum() + sumSeconds;
    }
}
