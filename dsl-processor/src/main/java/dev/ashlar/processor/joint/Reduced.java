package dev.ashlar.processor.joint;

/**
 * What the way of a gradient to where it is updated comes to.
 *
 * @param route what it takes when it is made
 * @param ticks time that everything waits for, in units of 2⁻²⁰ nanoseconds
 * @param besideTicks time that runs beside the backward of its piece
 * @param slowedTicks what kernels lose to that
 * @param fusedBytes of its place among gradients that are summed as one; 0 if it goes alone
 * @param overlapped whether it is scattered beside the backward of its piece, and stays in full until that is waited for
 */
record Reduced(Route route, long ticks, long besideTicks, long slowedTicks, long fusedBytes, boolean overlapped) {
    /** A way that everything waits for. */
    static Reduced waiting(Route route, long ticks, long fusedBytes) {
        return new Reduced(route, ticks, 0, 0, fusedBytes, false);
    }

    /** No way. */
    static final Reduced NONE = new Reduced(Route.NONE, 0, 0, 0, 0, false);
}
