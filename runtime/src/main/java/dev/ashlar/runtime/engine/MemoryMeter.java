package dev.ashlar.runtime.engine;

import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of CPU tensors that the opening thread allocates and frees, the temporaries of operators included, exactly. Needs
 * JDK 22 or later; on an older one nothing is measured. What kernels take for themselves on OpenMP's worker threads, or by malloc
 * instead of libtorch's allocator (oneDNN's and OpenBLAS's packing buffers), is not seen. Opened, used and closed by one thread; of
 * several open meters the last is closed first and only it counts.
 */
public final class MemoryMeter implements AutoCloseable {
    private final AllocationCounter counter = new AllocationCounter();
    private final @Nullable AllocationHook hook;

    private MemoryMeter() {
        this.hook = AllocationHook.install(counter);
    }

    /** Starts counting, at 0. */
    public static MemoryMeter open() {
        return new MemoryMeter();
    }

    /** Whether anything is measured. */
    public boolean available() {
        return hook != null;
    }

    /** Bytes allocated less bytes freed since opening, negative if older tensors were freed; −1 if not {@link #available()}. */
    public long currentBytes() {
        return available() ? counter.current() : -1;
    }

    /** The most that {@link #currentBytes()} has been since opening or the last reset; −1 if not {@link #available()}. */
    public long peakBytes() {
        return available() ? counter.peak() : -1;
    }

    /** The peak starts again from the current bytes. */
    public void resetPeak() {
        counter.resetPeak();
    }

    /** Stops counting. */
    @Override
    public void close() {
        if (hook != null) {
            hook.close();
        }
    }

    @Override
    public String toString() {
        return available() ? currentBytes() + " bytes, peak " + peakBytes() + " bytes" : "not measured (needs JDK 22)";
    }
}
