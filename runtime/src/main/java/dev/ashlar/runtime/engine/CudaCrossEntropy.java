package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import org.bytedeco.pytorch.Tensor;

/** Rows of logits in one pass each, by kernels of our own. */
final class CudaCrossEntropy {
    private static final String SOURCE = "cross_entropy";
    private static final int THREADS = 512;
    /** Shared memory that two blocks of one multiprocessor have together, of which the kernels declare a little themselves. */
    private static final int SHARED_BYTES = 112 << 10;

    private final CudaKernels kernels;

    CudaCrossEntropy(CudaKernels kernels) {
        this.kernels = kernels;
    }

    private CudaKernel kernel(String name, DType type) {
        return type == DType.BFLOAT16 ? kernels.kernel(SOURCE, name, "BF16=1") : kernels.kernel(SOURCE, name);
    }

    /** Whether there are kernels for that type. */
    boolean takes(DType type) {
        return kernels.available() && (type == DType.BFLOAT16 || type == DType.FLOAT32);
    }

    /**
     * Logarithms of a softmax.
     *
     * @param logits [rows, classes], contiguous
     * @param result of the same shape in 32-bit floats, contiguous
     */
    void logSoftmax(Tensor logits, Tensor result) {
        int shared = shared(logits);
        kernel("log_softmax", Tensors.type(logits))
                .launch(logits.size(0), THREADS, shared, logits, result, classes(logits), shared > 0 ? 1 : 0);
    }

    /**
     * Of rows of logits of some of all classes: what has to be known of them before all classes are.
     *
     * @param logits [rows, classes], contiguous
     * @param targets [rows], numbers of all classes, contiguous
     * @param first the first class that is here
     * @param sums [rows] for the logarithms of sums of exponentials, in 32-bit floats
     * @param stack [2 or 3, rows] in 32-bit floats: leaves the first row alone; the second is for the targets' logits, 0 where the target
     *     is not here, the third for sums of logits
     */
    void logSumExp(Tensor logits, Tensor targets, long first, Tensor sums, Tensor stack) {
        try (Tensor hot = stack.select(0, 1);
                Tensor last = stack.select(0, stack.size(0) - 1)) {
            Object totals = stack.size(0) > 2 ? last : 0L;
            kernel("log_sum_exp", Tensors.type(logits))
                    .launch(logits.size(0), THREADS, 0, logits, classes(logits), targets, first, sums, hot, totals);
        }
    }

    /**
     * Logits less a number of each row.
     *
     * @param logits [rows, classes], contiguous
     * @param result of the same shape in 32-bit floats, contiguous
     * @param less [rows], in 32-bit floats
     */
    void subtract(Tensor logits, Tensor result, Tensor less) {
        kernel("subtract", Tensors.type(logits))
                .launch(logits.size(0), THREADS, 0, logits, result, classes(logits), less);
    }

    /** As {@link LossKernels#byRows}; all are contiguous. */
    void gradient(Tensor logProbabilities, Tensor result, double uniform, Tensor factors, Tensor places, Tensor added) {
        kernel("gradient", Tensors.type(result))
                .launch(
                        result.size(0),
                        THREADS,
                        0,
                        logProbabilities,
                        result,
                        classes(result),
                        (float) uniform,
                        factors,
                        places,
                        added);
    }

    /**
     * Replaces logits by their gradients.
     *
     * @param logits [rows, classes], contiguous
     * @param factors gradient of the loss by each row's term in 32-bit floats, 0 for rows that do not count
     * @param places each row's class, within range for all rows
     * @param losses each row's term, in 32-bit floats
     */
    void lossAndGradient(Tensor logits, double smoothing, Tensor factors, Tensor places, Tensor losses) {
        int shared = shared(logits);
        kernel("loss_and_gradient", Tensors.type(logits))
                .launch(
                        logits.size(0),
                        THREADS,
                        shared,
                        logits,
                        classes(logits),
                        (float) smoothing,
                        factors,
                        places,
                        losses,
                        shared > 0 ? 1 : 0);
    }

    private static int classes(Tensor logits) {
        return Math.toIntExact(logits.size(1));
    }

    /** A row's bytes, if it fits; else 0, and rows are read twice. */
    private static int shared(Tensor logits) {
        long bytes = (logits.size(1) * logits.element_size() + 15) / 16 * 16;
        return bytes <= SHARED_BYTES ? (int) bytes : 0;
    }
}
