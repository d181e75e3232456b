package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * AdamW by a kernel of our own: two launches for many tensors, each of which is read and written once, and nothing is allocated. Addresses
 * are arguments of the launch, so that a recording keeps those of the step that it recorded.
 */
final class CudaAdamW {
    private static final String SOURCE = "adamw";
    private static final int THREADS = 256;
    /** One thread a tensor. */
    private static final int THREADS_OF_STEPS = 64;
    /** Numbers that a block updates. */
    private static final long CHUNK = 16384;
    /** Tensors of a launch, as the kernel's table has them. */
    private static final int MOST = 62;

    private static final int WORDS = 8;
    private static final Long ABSENT = 0L;

    private final CudaKernels kernels;

    /**
     * What one tensor's update reads and writes; all are contiguous and of one size.
     *
     * @param gradient in the compute type
     * @param rounded where the value is rounded to bfloat16 beside; only if gradients are narrower than values
     * @param steps counter in a 32-bit float
     */
    record Part(
            Tensor value,
            Tensor gradient,
            Tensor moment,
            Tensor square,
            @Nullable Tensor rounded,
            Tensor steps,
            double weightDecay) {}

    CudaAdamW(CudaKernels kernels) {
        this.kernels = kernels;
    }

    /**
     * Counts one more step of every part and updates it.
     *
     * @param rate the learning rate, in a 32-bit float
     * @param factor gradients are multiplied by it, in a 32-bit float; null for 1
     */
    void update(
            List<Part> parts, Precision precision, Tensor rate, OptimizerSettings settings, @Nullable Tensor factor) {
        for (int from = 0; from < parts.size(); from += MOST) {
            launch(parts.subList(from, Math.min(parts.size(), from + MOST)), precision, rate, settings, factor);
        }
    }

    private void launch(
            List<Part> parts, Precision precision, Tensor rate, OptimizerSettings settings, @Nullable Tensor factor) {
        try (LongPointer table = new LongPointer(MOST * WORDS)) {
            long blocks = 0;
            for (int i = 0; i < parts.size(); i++) {
                write(table, i, parts.get(i), blocks);
                blocks += (parts.get(i).value().numel() + CHUNK - 1) / CHUNK;
            }
            kernel("advance", precision).launch(1, THREADS_OF_STEPS, 0, table, parts.size());
            kernel("update", precision)
                    .launch(
                            blocks,
                            THREADS,
                            0,
                            table,
                            parts.size(),
                            rate,
                            settings.beta1(),
                            settings.beta2(),
                            (float) settings.eps(),
                            factor == null ? ABSENT : factor);
        }
    }

    private CudaKernel kernel(String name, Precision precision) {
        return switch (precision) {
            case FP32 -> kernels.kernel(SOURCE, name);
            case BF16 -> kernels.kernel(SOURCE, name, "BF16=1");
            case BF16_MIXED -> kernels.kernel(SOURCE, name, "MIXED=1");
        };
    }

    /** As the kernel's part lies in memory; the last word is two of half its length. */
    private static void write(LongPointer table, int index, Part part, long firstBlock) {
        long at = (long) index * WORDS;
        table.put(at, CudaKernel.address(part.value()));
        table.put(at + 1, CudaKernel.address(part.gradient()));
        table.put(at + 2, CudaKernel.address(part.moment()));
        table.put(at + 3, CudaKernel.address(part.square()));
        Tensor rounded = part.rounded();
        table.put(at + 4, rounded == null ? 0 : CudaKernel.address(rounded));
        table.put(at + 5, CudaKernel.address(part.steps()));
        table.put(at + 6, part.value().numel());
        int decay = Float.floatToRawIntBits((float) part.weightDecay());
        table.put(at + 7, (long) decay << Integer.SIZE | Math.toIntExact(firstBlock));
    }
}
