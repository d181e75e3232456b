package dev.ashlar.processor.cost;

/**
 * What one operator costs in one direction.
 *
 * @param flops floating point operations
 * @param bytes read and written
 * @param workspaceBytes memory beside its results, at the most at once
 * @param kernels calls that do work; views do none
 * @param seconds estimated time
 */
public record DirectionCost(long flops, long bytes, long workspaceBytes, int kernels, double seconds) {
    /** Nothing runs. */
    public static final DirectionCost NONE = new DirectionCost(0, 0, 0, 0, 0);

    /** Of both, one after the other. */
    DirectionCost plus(DirectionCost other) {
        return new DirectionCost(
                Math.addExact(flops, other.flops),
                Math.addExact(bytes, other.bytes),
                Math.max(workspaceBytes, other.workspaceBytes),
                kernels + other.kernels,
                seconds + other.seconds);
    }
}
