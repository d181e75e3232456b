package dev.ashlar.processor.op;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which instructions libtorch's kernels use. The workspace of convolutions is derived for AVX-512, that of all products and convolutions in 16
 * bits for its bfloat16; with other instructions kernels take another.
 */
public final class Avx512 {
    /** Why what runs in 16 bits is not measured. */
    public static final String NO_BFLOAT = "the workspace in 16 bits is derived for AVX-512 with bfloat16";

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private Avx512() {}

    /** False where nothing is known of the processor. */
    public static boolean isUsed() {
        return has("avx512f");
    }

    /** False where nothing is known of the processor. */
    public static boolean hasBfloat() {
        return has("avx512_bf16");
    }

    private static boolean has(String flag) {
        try {
            return System.getenv("ONEDNN_MAX_CPU_ISA") == null
                    && Files.exists(PROCESSORS)
                    && Files.readString(PROCESSORS).contains(flag);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
