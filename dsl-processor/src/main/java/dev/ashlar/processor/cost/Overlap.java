package dev.ashlar.processor.cost;

/**
 * A part of backward beside which gradients are summed over devices: a block, or what a scope computes between two blocks. It takes as
 * long as the kernels of its gradients, slowed down, or as the sums, whichever takes longer. Other collectives, which share the links, and
 * what is computed again count as if nothing ran beside them.
 *
 * @param path of the repetition: {@code "body[3]."}; empty for the model
 * @param computeSeconds time of the kernels that make gradients
 * @param reductionSeconds time of the sums
 * @param slowdown seconds that compute loses to each second of communication beside it
 */
public record Overlap(String path, double computeSeconds, double reductionSeconds, double slowdown) {
    /** Time of the part. */
    public double seconds() {
        return Math.max(computeSeconds + slowdown * reductionSeconds, reductionSeconds);
    }

    /** How much less that is than one after the other. */
    public double hiddenSeconds() {
        return computeSeconds + reductionSeconds - seconds();
    }
}
