package dev.ashlar.processor.cost;

import java.util.List;

/**
 * What a model costs.
 *
 * @param operators every operator of every repetition, in order of its forward
 * @param collectives every collective and copy between devices of every repetition, forward and then backward of each scope
 * @param sumSeconds time to sum gradients that meet
 */
public record ModelCost(List<OperatorCost> operators, List<CollectiveCost> collectives, double sumSeconds) {
    /** Copies the lists. */
    public ModelCost {
        operators = List.copyOf(operators);
        collectives = List.copyOf(collectives);
    }

    /** Forward and backward of all. */
    public double seconds() {
        return operators.stream().mapToDouble(OperatorCost::seconds).sum() + collectiveSeconds() + sumSeconds;
    }

    /** Time of all collectives and copies between devices. */
    public double collectiveSeconds() {
        return collectives.stream().mapToDouble(CollectiveCost::seconds).sum();
    }
}
