package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.engine.DeviceMemory;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.MemoryMeter;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Memory that kernels take beside their results. */
final class Meter {
    private final Engine engine;

    Meter(Engine engine) {
        this.engine = engine;
    }

    /** The most bytes beside the results at once; 0 where nothing measures them. */
    long workspaceBytes(Supplier<@Nullable Tensor[]> kernels) {
        close(kernels.get()); // what libraries take once and keep
        return engine.memory().isPresent() ? onDevice(kernels) : onHost(kernels);
    }

    private long onDevice(Supplier<@Nullable Tensor[]> kernels) {
        long before = memory().allocatedBytes();
        engine.resetPeak();
        @Nullable Tensor[] results = kernels.get();
        DeviceMemory after = memory();
        close(results);
        return after.peakBytes() - Math.max(before, after.allocatedBytes());
    }

    private DeviceMemory memory() {
        return engine.memory().orElseThrow();
    }

    private static long onHost(Supplier<@Nullable Tensor[]> kernels) {
        try (MemoryMeter meter = MemoryMeter.open()) {
            @Nullable Tensor[] results = kernels.get();
            long workspace = meter.peakBytes() - meter.currentBytes();
            close(results);
            return workspace;
        }
    }

    private static void close(@Nullable Tensor[] tensors) {
        for (Tensor tensor : tensors) {
            if (tensor != null) {
                tensor.close();
            }
        }
    }
}
