package dev.ashlar.processor.plan;

/**
 * Estimated time of one step.
 *
 * @param computeSeconds forward and backward of all operators, and sums of gradients
 * @param recomputeSeconds the part of it that computes tensors again which forward did not keep
 * @param communicationSeconds collectives and copies between devices
 * @param hiddenSeconds the part of it that compute hides
 * @param updateSeconds the optimizer's update
 */
public record StepTime(
        double computeSeconds,
        double recomputeSeconds,
        double communicationSeconds,
        double hiddenSeconds,
        double updateSeconds) {
    /** The whole step. */
    public double seconds() {
        return computeSeconds + exposedSeconds() + updateSeconds;
    }

    /** Communication that nothing hides. */
    public double exposedSeconds() {
        return communicationSeconds - hiddenSeconds;
    }
}
