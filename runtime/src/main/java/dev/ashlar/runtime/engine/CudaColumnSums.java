package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Sums over rows by kernels of our own. libtorch's take four times the memory of what they sum, and several times as long as reading it
 * does. Memory for sums of parts is kept from call to call.
 */
final class CudaColumnSums implements AutoCloseable {
    private static final String SOURCE = "column_sum";
    private static final int LANES = 32;
    private static final int THREADS = 256;
    /** Rows that a block reads at once. */
    private static final long TEAMS = 8;

    private static final long VECTOR_BYTES = 16;
    private static final long BLOCKS_PER_PROCESSOR = 4;

    private static final long NOWHERE = 0;

    private final KernelContext context;
    private final CudaDevice device;
    private @Nullable Tensor parts;
    /** Where the matrix lies whose sums another kernel has left in parts. */
    private long summed = NOWHERE;

    CudaColumnSums(KernelContext context, CudaDevice device) {
        this.context = context;
        this.device = device;
    }

    /** Whether there are kernels for such a matrix. */
    boolean takes(Tensor rows) {
        DType type = Tensors.type(rows);
        return device.kernels().available()
                && (type == DType.BFLOAT16 || type == DType.FLOAT32)
                && rows.numel() > 0
                && Tensors.last(rows) % vector(rows) == 0
                && rows.storage_offset() % vector(rows) == 0
                && blocksAcross(rows) <= blocks();
    }

    private static long vector(Tensor rows) {
        return VECTOR_BYTES / rows.element_size();
    }

    /** Blocks that stand side by side along the columns. */
    static long blocksAcross(Tensor rows) {
        long width = LANES * vector(rows);
        return (Tensors.last(rows) + width - 1) / width;
    }

    private long blocks() {
        return BLOCKS_PER_PROCESSOR * device.processors();
    }

    private CudaKernel kernel(String name, Tensor rows) {
        return Tensors.is(rows, DType.BFLOAT16)
                ? device.kernels().kernel(SOURCE, name, "BF16=1")
                : device.kernels().kernel(SOURCE, name);
    }

    /** The sums of [rows, n] over its rows: [n]. */
    Tensor sum(Tensor rows) {
        Tensor result = context.empty(Tensors.type(rows), Tensors.last(rows));
        sum(rows, result);
        return result;
    }

    /**
     * The sums of [rows, n] over its rows, from the parts that another kernel has left of them if there are such.
     *
     * @param result [n], contiguous
     */
    void sum(Tensor rows, Tensor result) {
        if (summed == NOWHERE || summed != Tensors.address(rows)) {
            sumParts(rows);
        }
        summed = NOWHERE;
        collect(rows, result);
    }

    private void sumParts(Tensor rows) {
        long columns = Tensors.last(rows);
        long count = rows.size(0);
        long across = blocksAcross(rows);
        long along = blocksAlong(rows);
        Tensor sums = parts();
        try (Tensor dense = rows.contiguous()) {
            kernel("partial", rows)
                    .launch(
                            across * along,
                            THREADS,
                            0,
                            dense,
                            sums,
                            Math.toIntExact(count),
                            Math.toIntExact(columns),
                            Math.toIntExact(across));
        }
    }

    /** Blocks that stand behind each other along the rows. */
    long blocksAlong(Tensor rows) {
        return Math.max(1, Math.min(blocks() / blocksAcross(rows), (rows.size(0) + TEAMS - 1) / TEAMS));
    }

    /** Notes that another kernel leaves the sums over the rows of a matrix in {@link #parts}, until it is summed. */
    void ahead(Tensor matrix) {
        summed = Tensors.address(matrix);
    }

    private void collect(Tensor rows, Tensor result) {
        long columns = Tensors.last(rows);
        kernel("collect", rows)
                .launch(
                        (columns + LANES - 1) / LANES,
                        THREADS,
                        0,
                        parts(),
                        result,
                        Math.toIntExact(blocksAlong(rows)),
                        Math.toIntExact(columns));
    }

    /** Large enough for all blocks of either type. */
    Tensor parts() {
        Tensor known = parts;
        if (known == null) {
            known = context.empty(DType.FLOAT32, blocks() * LANES * VECTOR_BYTES / Short.BYTES);
            parts = known;
        }
        return known;
    }

    @Override
    public void close() {
        Tensors.close(parts);
        parts = null;
    }
}
