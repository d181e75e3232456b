package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Layer norm and RMS norm by kernels of our own: each pass reads and writes every tensor once. */
final class CudaLayerNorm {
    private static final String SOURCE = "layer_norm";
    private static final int LANES = 32;
    private static final int VECTOR = 4;
    private static final int WARPS = 8;
    /** Elements of a row that one thread keeps in registers. */
    private static final long MOST_ELEMENTS = 24;

    private static final int BLOCKS_PER_PROCESSOR = 2;
    private static final Long ABSENT = 0L;

    private final KernelContext context;
    private final CudaDevice device;
    private final boolean centred;

    /** @param centred whether rows lose their mean; else it is RMS norm */
    CudaLayerNorm(KernelContext context, CudaDevice device, boolean centred) {
        this.context = context;
        this.device = device;
        this.centred = centred;
    }

    /** Whether there are kernels for such rows. */
    boolean takes(Tensor x) {
        DType type = Tensors.type(x);
        long length = Tensors.last(x);
        return device.kernels().available()
                && (type == DType.BFLOAT16 || type == DType.FLOAT32)
                && team(length) <= WARPS
                && length % (LANES * VECTOR * team(length)) == 0;
    }

    /** Warps that share a row. */
    private static int team(long length) {
        int team = 1;
        while (length > team * LANES * MOST_ELEMENTS) {
            team *= 2;
        }
        return team;
    }

    private CudaKernel kernel(String name, Tensor x) {
        long length = Tensors.last(x);
        List<String> defines = new ArrayList<>(List.of("D=" + length, "TEAM=" + team(length)));
        if (Tensors.is(x, DType.BFLOAT16)) {
            defines.add("BF16=1");
        }
        if (!centred) {
            defines.add("RMS=1");
        }
        return device.kernels().kernel(SOURCE, name, defines.toArray(String[]::new));
    }

    private static Object orAbsent(@Nullable Tensor tensor) {
        return tensor == null ? ABSENT : tensor;
    }

    private static long rows(Tensor x) {
        return x.numel() / Tensors.last(x);
    }

    /**
     * The norm of x.
     *
     * @param addend added to x, which is contiguous then, in its memory before; may be null
     * @return y, mean or null, reciprocal standard deviation or root mean square
     */
    @Nullable
    Tensor[] forward(Tensor x, @Nullable Tensor addend, Tensor weight, @Nullable Tensor bias, double eps) {
        long[] shape = Tensors.shape(x);
        long[] statistics = shape.clone();
        statistics[shape.length - 1] = 1;
        Tensor y = context.empty(Tensors.type(x), shape);
        @Nullable Tensor mean = centred ? context.empty(DType.FLOAT32, statistics) : null;
        Tensor rstd = context.empty(DType.FLOAT32, statistics);
        try (Tensor dense = x.contiguous();
                Tensor more = addend == null ? new Tensor() : addend.contiguous()) {
            long perBlock = WARPS / team(Tensors.last(x));
            kernel("forward", x)
                    .launch(
                            (rows(x) + perBlock - 1) / perBlock,
                            LANES * WARPS,
                            0,
                            dense,
                            addend == null ? ABSENT : more,
                            weight,
                            orAbsent(bias),
                            addend == null ? ABSENT : dense,
                            y,
                            orAbsent(mean),
                            rstd,
                            Math.toIntExact(rows(x)),
                            (float) eps);
        }
        return new @Nullable Tensor[] {y, mean, rstd};
    }

    /**
     * All gradients.
     *
     * @param mean of the rows; null for RMS norm
     * @param addend added to the input's gradient; may be null
     * @param into where the input's gradient is written, contiguous, which may be the addend; null for new memory
     * @return dx, dweight, and dbias or null
     */
    @Nullable
    Tensor[] backward(
            Tensor dy,
            Tensor x,
            @Nullable Tensor mean,
            Tensor rstd,
            Tensor weight,
            boolean hasBias,
            @Nullable Tensor addend,
            @Nullable Tensor into) {
        long length = Tensors.last(x);
        long perBlock = WARPS / team(length);
        long blocks = Math.min((rows(x) + perBlock - 1) / perBlock, (long) BLOCKS_PER_PROCESSOR * device.processors());
        DType type = Tensors.type(x);
        Tensor dx = into == null ? context.empty(type, Tensors.shape(x)) : Tensors.share(into);
        Tensor dweight = context.empty(type, length);
        @Nullable Tensor dbias = hasBias ? context.empty(type, length) : null;
        try (Tensor gradient = dy.contiguous();
                Tensor dense = x.contiguous();
                Tensor more = addend == null ? new Tensor() : addend.contiguous();
                Tensor weightSums = context.empty(DType.FLOAT32, blocks, length);
                Tensor biasSums = context.empty(DType.FLOAT32, centred ? blocks : 0, length)) {
            kernel("backward", x)
                    .launch(
                            blocks,
                            LANES * WARPS,
                            0,
                            gradient,
                            dense,
                            orAbsent(mean),
                            rstd,
                            weight,
                            addend == null ? ABSENT : more,
                            dx,
                            weightSums,
                            biasSums,
                            Math.toIntExact(rows(x)));
            kernel("collect", x)
                    .launch(
                            length / LANES,
                            LANES * WARPS,
                            0,
                            weightSums,
                            biasSums,
                            dweight,
                            orAbsent(dbias),
                            Math.toIntExact(blocks));
        }
        return new @Nullable Tensor[] {dx, dweight, dbias};
    }
}
