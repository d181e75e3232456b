package dev.ashlar.processor.op;

/**
 * Arithmetic and extra memory of one operator; the bytes it moves follow from its tensors.
 *
 * @param forwardFlops floating point operations forward
 * @param backwardFlops floating point operations for all gradients together
 * @param forwardWorkspaceBytes memory that the forward kernels take beside their results, at the most at once
 * @param backwardWorkspaceBytes the same backward
 * @param parameterWorkspaceBytes the same backward where nobody asks for the gradient of the first input
 * @param innerBytes that the forward kernels move beside their operands and results
 * @param innerCalls of libtorch in the forward kernels beside one for each
 */
public record Work(
        long forwardFlops,
        long backwardFlops,
        long forwardWorkspaceBytes,
        long backwardWorkspaceBytes,
        long parameterWorkspaceBytes,
        long innerBytes,
        int innerCalls) {
    /** Work without extra memory. */
    public static Work flops(long forward, long backward) {
        return new Work(forward, backward, 0, 0, 0, 0, 0);
    }

    /** So many operations for every element of a tensor, and no extra memory. */
    public static Work pointwise(TensorType type, int forward, int backward) {
        return flops(Math.multiplyExact(type.elements(), forward), Math.multiplyExact(type.elements(), backward));
    }

    /** The same work with extra memory. */
    public Work workspace(long forwardBytes, long backwardBytes) {
        return workspace(forwardBytes, backwardBytes, backwardBytes);
    }

    /** The same work with extra memory, where it depends backward on whether the first input's gradient is made. */
    public Work workspace(long forwardBytes, long backwardBytes, long parameterBytes) {
        return new Work(
                forwardFlops, backwardFlops, forwardBytes, backwardBytes, parameterBytes, innerBytes, innerCalls);
    }

    /** Memory that the backward kernels take beside their results. */
    public long backwardWorkspaceBytes(boolean ofFirstInput) {
        return ofFirstInput ? backwardWorkspaceBytes : parameterWorkspaceBytes;
    }

    /** The same work with traffic and calls inside the forward kernels. */
    public Work inside(long bytes, int calls) {
        return new Work(
                forwardFlops,
                backwardFlops,
                forwardWorkspaceBytes,
                backwardWorkspaceBytes,
                parameterWorkspaceBytes,
                bytes,
                calls);
    }
}
