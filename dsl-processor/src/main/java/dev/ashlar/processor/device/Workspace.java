package dev.ashlar.processor.device;

/**
 * Memory that an operator's kernels were seen to take beside its results, at the most at once.
 *
 * @param forward times the bytes of its inputs and outputs together
 * @param backward the same
 */
public record Workspace(double forward, double backward) {
    /** Validates the factors. */
    public Workspace {
        if (!(forward >= 0) || !(backward >= 0)) {
            throw new IllegalArgumentException("a workspace is at least 0 times the tensors");
        }
    }
}
