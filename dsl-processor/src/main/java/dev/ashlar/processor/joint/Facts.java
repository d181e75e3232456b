package dev.ashlar.processor.joint;

import java.util.List;

/**
 * What an operator comes to under one strategy, on one device, however its parameters are stored.
 *
 * @param forward its kernels forward
 * @param backward its kernels backward
 * @param ticks time of both directions, in units of 2⁻²⁰ nanoseconds
 * @param backwardTicks the part of it that is backward's
 */
record Facts(Kernels forward, Kernels backward, long ticks, long backwardTicks) {
    /** Time of forward. */
    long forwardTicks() {
        return ticks - backwardTicks;
    }

    /**
     * The kernels of one direction.
     *
     * @param bytes of every result of every kernel; 0 for views
     * @param peakBytes most that they take beside what others have made, results included
     */
    record Kernels(List<List<Long>> bytes, long peakBytes) {
        /** Copies the lists. */
        Kernels {
            bytes = bytes.stream().map(List::copyOf).toList();
        }
    }
}
