package dev.ashlar.processor.cost;

import java.util.List;

/**
 * What a model costs.
 *
 * @param operators every operator of every repetition, in order of its forward
 * @param collectives every collective and copy between devices of every repetition, forward and then backward of each scope
 * @param updates every collective and copy that follows the update of a parameter
 * @param sumSeconds time to sum gradients that meet, and to copy those that are reduced as one
 * @param overlaps parts of backward beside which gradients are reduced
 */
public record ModelCost(
        List<OperatorCost> operators,
        List<CollectiveCost> collectives,
        List<CollectiveCost> updates,
        double sumSeconds,
        List<Overlap> overlaps) {
    /** Copies the lists. */
    public ModelCost {
        operators = List.copyOf(operators);
        collectives = List.copyOf(collectives);
        updates = List.copyOf(updates);
        overlaps = List.copyOf(overlaps);
    }

    /** Forward and backward of all. */
    public double seconds() {
        double all = operators.stream().mapToDouble(OperatorCost::seconds).sum() + collectiveSeconds() + sumSeconds;
        return overlaps.isEmpty() ? all : all - hiddenSeconds();
    }

    /** How much less that is than if nothing ran beside anything else. */
    public double hiddenSeconds() {
        return overlaps.stream().mapToDouble(Overlap::hiddenSeconds).sum();
    }

    /** Time of all collectives and copies between devices in forward and backward. */
    public double collectiveSeconds() {
        return seconds(collectives);
    }

    /** Time of all collectives and copies between devices that follow the update. */
    public double updateSeconds() {
        return seconds(updates);
    }

    private static double seconds(List<CollectiveCost> costs) {
        return costs.stream().mapToDouble(CollectiveCost::seconds).sum();
    }
}
