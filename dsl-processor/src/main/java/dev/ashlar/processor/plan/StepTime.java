package dev.ashlar.processor.plan;

/**
 * Estimated time of one step.
 *
 * @param computeSeconds forward and backward of all operators, and sums of gradients
 * @param updateSeconds the optimizer's update
 */
public record StepTime(double computeSeconds, double updateSeconds) {
    /** The whole step. */
    public double seconds() {
        return computeSeconds + updateSeconds;
    }
}
