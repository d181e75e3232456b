package dev.ashlar.processor.op;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether libtorch's convolutions use AVX-512, for which their workspace is derived; with other instructions they take another, mostly less. */
public final class Avx512 {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private Avx512() {}

    /** False where nothing is known of the processor. */
    public static boolean isUsed() {
        try {
            return System.getenv("ONEDNN_MAX_CPU_ISA") == null
                    && Files.exists(PROCESSORS)
                    && Files.readString(PROCESSORS).contains("avx512f");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
