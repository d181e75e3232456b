package dev.ashlar.processor.cost;

/**
 * A part of one direction beside which gradients are reduced over devices or parameters gathered: a block, or what a scope computes between
 * two blocks. It takes as long as its kernels, slowed down, or as what runs beside them, whichever takes longer. Other collectives, which
 * share the links, and what is computed again count as if nothing ran beside them.
 *
 * @param path of the repetition: {@code "body[3]."}; empty for the model
 * @param computeSeconds time of the kernels of forward, or of those that make gradients
 * @param besideSeconds time of what runs beside them
 * @param slowedSeconds what the kernels lose to it
 */
public record Overlap(String path, double computeSeconds, double besideSeconds, double slowedSeconds) {
    /** Time of the part. */
    public double seconds() {
        return Math.max(computeSeconds + slowedSeconds, besideSeconds);
    }

    /** How much less that is than one after the other. */
    public double hiddenSeconds() {
        return computeSeconds + besideSeconds - seconds();
    }
}
