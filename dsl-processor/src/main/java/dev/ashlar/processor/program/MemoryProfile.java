package dev.ashlar.processor.program;

import java.util.List;
import java.util.stream.Stream;

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

    /** The same, with something beside it that is there all the time. */
    public MemoryProfile beside(MemoryGroup always) {
        if (always.bytes() == 0) {
            return this;
        }
        List<MemoryPoint> higher = points.stream()
                .map(p -> new MemoryPoint(p.index(), p.phase(), p.at(), p.bytes() + always.bytes()))
                .toList();
        List<MemoryGroup> more = Stream.concat(atPeak.stream(), Stream.of(always))
                .sorted(MemoryGroup.LARGEST_FIRST)
                .toList();
        return new MemoryProfile(
                peakBytes + always.bytes(), peakAt, parameterBytes, gradientBytes, optimizerBytes, higher, more, saved);
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
