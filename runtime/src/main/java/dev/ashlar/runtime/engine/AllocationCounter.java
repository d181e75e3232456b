package dev.ashlar.runtime.engine;

/** A running sum and its peak. */
final class AllocationCounter {
    private long current;
    private long peak;

    /** Counts an allocation of so many bytes; a release is negative. */
    void add(long bytes) {
        current += bytes;
        peak = Math.max(peak, current);
    }

    long current() {
        return current;
    }

    long peak() {
        return peak;
    }

    void resetPeak() {
        peak = current;
    }
}
