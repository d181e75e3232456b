package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer's update by a kernel of our own: one or two launches for many tensors, each of which is read and written once, and nothing is
 * allocated. Addresses are arguments of the launch, so that a recording keeps those of the step that it recorded.
 */
final class CudaUpdate {
    private static final String SOURCE = "update";
    private static final int THREADS = 256;
    /** One thread a tensor. */
    private static final int THREADS_OF_STEPS = 64;
    /** Numbers that a block updates. */
    private static final long CHUNK = 16384;
    /** Tensors of a launch, as the kernel's table has them. */
    private static final int MOST = 62;

    private static final int WORDS = 8;
    private static final Long ABSENT = 0L;

    /** Tensors of state that a part has room for. */
    private static final int MOST_MOMENTS = 2;

    private final CudaKernels kernels;
    private final String[] defines;
    private final boolean counts;

    /**
     * What one tensor's update reads and writes; all are contiguous and of one size.
     *
     * @param gradient in the compute type
     * @param rounded where the value is rounded to bfloat16 beside; only if gradients are narrower than values
     * @param moments as many as the optimizer has
     * @param steps counter in a 32-bit float; null where the optimizer does not count
     */
    record Part(
            Tensor value,
            Tensor gradient,
            List<Tensor> moments,
            @Nullable Tensor rounded,
            @Nullable Tensor steps,
            double weightDecay) {}

    /** @param moments tensors of state that the optimizer has for each parameter */
    CudaUpdate(CudaKernels kernels, OptimizerKind optimizer, int moments, Precision precision) {
        this.kernels = kernels;
        this.counts = optimizer == OptimizerKind.ADAMW;
        this.defines = new String[] {
            switch (precision) {
                case FP32 -> "WIDE=1";
                case BF16 -> "BF16=1";
                case BF16_MIXED -> "MIXED=1";
            },
            optimizer.name() + "=1",
            "MOMENTS=" + moments
        };
    }

    /**
     * Updates every part, and counts one more step of it before.
     *
     * @param rate the learning rate, in a 32-bit float
     * @param beta1 SGD's momentum
     * @param factor gradients are multiplied by it, in a 32-bit float; null for 1
     */
    void update(List<Part> parts, Tensor rate, double beta1, double beta2, double eps, @Nullable Tensor factor) {
        for (int from = 0; from < parts.size(); from += MOST) {
            launch(parts.subList(from, Math.min(parts.size(), from + MOST)), rate, beta1, beta2, eps, factor);
        }
    }

    private void launch(
            List<Part> parts, Tensor rate, double beta1, double beta2, double eps, @Nullable Tensor factor) {
        try (LongPointer table = new LongPointer(MOST * WORDS)) {
            long blocks = 0;
            for (int i = 0; i < parts.size(); i++) {
                write(table, i, parts.get(i), blocks);
                blocks += (parts.get(i).value().numel() + CHUNK - 1) / CHUNK;
            }
            if (counts) {
                kernels.kernel(SOURCE, "advance", defines).launch(1, THREADS_OF_STEPS, 0, table, parts.size());
            }
            kernels.kernel(SOURCE, "update", defines)
                    .launch(
                            blocks,
                            THREADS,
                            0,
                            table,
                            parts.size(),
                            rate,
                            beta1,
                            beta2,
                            (float) eps,
                            factor == null ? ABSENT : factor);
        }
    }

    /** As the kernel's part lies in memory; the last word is two of half its length. */
    private static void write(LongPointer table, int index, Part part, long firstBlock) {
        long at = (long) index * WORDS;
        table.put(at, CudaKernel.address(part.value()));
        table.put(at + 1, CudaKernel.address(part.gradient()));
        for (int k = 0; k < MOST_MOMENTS; k++) {
            table.put(
                    at + 2 + k,
                    k < part.moments().size()
                            ? CudaKernel.address(part.moments().get(k))
                            : 0);
        }
        table.put(at + 4, addressOrNull(part.rounded()));
        table.put(at + 5, addressOrNull(part.steps()));
        table.put(at + 6, part.value().numel());
        int decay = Float.floatToRawIntBits((float) part.weightDecay());
        table.put(at + 7, (long) decay << Integer.SIZE | Math.toIntExact(firstBlock));
    }

    private static long addressOrNull(@Nullable Tensor tensor) {
        return tensor == null ? 0 : CudaKernel.address(tensor);
    }
}
