package dev.ashlar.processor.program;

import java.util.List;

/**
 * The memory of a plan over one step and over an evaluation, in bytes that are asked of the allocator.
 *
 * @param peakBytes the most at any time
 * @param peakAt where: {@code "backward body[11].up"}
 * @param parameterBytes parameters, buffers and masters; always there
 * @param gradientBytes gradients of all parameters, once they are there
 * @param optimizerBytes state of the optimizer; always there
 * @param points one for every operator and phase, in order of execution
 * @param atPeak all that is alive at the peak, largest first
 * @param saved what forward leaves for backward, in order of its making
 */
public record MemoryProfile(
        long peakBytes,
        String peakAt,
        long parameterBytes,
        long gradientBytes,
        long optimizerBytes,
        List<MemoryPoint> points,
        List<MemoryGroup> atPeak,
        List<SavedTensor> saved) {
    /** Copies its lists. */
    public MemoryProfile {
        points = List.copyOf(points);
        atPeak = List.copyOf(atPeak);
        saved = List.copyOf(saved);
    }

    /** What is always there. */
    public long staticBytes() {
        return parameterBytes + optimizerBytes;
    }

    /** Bytes of all that forward leaves for backward. */
    public long savedBytes() {
        return saved.stream().mapToLong(SavedTensor::bytes).sum();
    }
}
