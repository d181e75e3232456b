package dev.ashlar.processor.joint;

import java.util.List;

/**
 * What an operator comes to under one strategy, on one device.
 *
 * @param forward its kernels forward
 * @param backward its kernels backward
 * @param ticks time of both directions, in units of 2⁻²⁰ nanoseconds
 * @param gradients for every parameter what brings its gradient to where it lies
 * @param gradientBytes for every parameter bytes of its gradient there
 * @param staticBytes parameters, masters, optimizer state
 * @param updateTicks time of the optimizer's update
 * @param updateWorkspaceBytes memory that the update of one parameter takes, at the most
 */
record Facts(
        Kernels forward,
        Kernels backward,
        long ticks,
        List<Route> gradients,
        List<Long> gradientBytes,
        long staticBytes,
        long updateTicks,
        long updateWorkspaceBytes) {
    /** Copies the lists. */
    Facts {
        gradients = List.copyOf(gradients);
        gradientBytes = List.copyOf(gradientBytes);
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
