package dev.ashlar.runtime.engine;

import org.jspecify.annotations.Nullable;

/** The hook into libtorch's allocator. Before JDK 22 there is none; META-INF/versions/22 holds the one that works. */
final class AllocationHook implements AutoCloseable {
    private AllocationHook() {}

    static @Nullable AllocationHook install(AllocationCounter counter) {
        return null;
    }

    @Override
    public void close() {}
}
