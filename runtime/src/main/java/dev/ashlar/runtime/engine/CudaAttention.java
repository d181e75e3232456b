package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention by libtorch's fused CUDA kernels: cuDNN's in 16 bits, the memory-efficient one in 32. Key heads are
 * repeated where there are fewer of them than query heads; head sizes are padded with zeros to a multiple of eight.
 */
final class CudaAttention implements AutoCloseable {
    private static final long ALIGNMENT = 8;
    private static final long ROWS = 32;
    private static final boolean[] GRADIENTS = {true, true, true, false};

    private final KernelContext context;
    /** State of the generator that dropout inside the kernels would use: never read, but the backward kernels want it. */
    private @Nullable Tensor seed;

    private @Nullable Tensor offset;

    CudaAttention(KernelContext context) {
        this.context = context;
    }

    private static boolean narrow(Tensor q) {
        return !Tensors.is(q, DType.FLOAT32);
    }

    Tensor[] attention(Tensor q, Tensor k, Tensor v, boolean causal, double scale) {
        long size = size(q, v);
        try (Tensor query = padded(q, size);
                Tensor key = padded(k, size, q.size(1));
                Tensor value = padded(v, size, q.size(1))) {
            Tensor[] results =
                    narrow(q) ? cudnn(query, key, value, causal, scale) : efficient(query, key, value, causal, scale);
            return new Tensor[] {trimmed(results[0], v.size(3)), results[1]};
        }
    }

    private Tensor[] cudnn(Tensor q, Tensor k, Tensor v, boolean causal, double scale) {
        @Nullable
        Tensor[] made = context.operator("_scaled_dot_product_cudnn_attention", 9)
                .call(q, k, v, null, true, 0.0, causal, false, scale);
        keepState(made[6], made[7]);
        Tensors.close(made[2], made[3], made[8]);
        try (Tensor sums = defined(made[1])) {
            return new Tensor[] {defined(made[0]), sums.reshape(q.size(0), q.size(1), q.size(2))};
        }
    }

    private Tensor[] efficient(Tensor q, Tensor k, Tensor v, boolean causal, double scale) {
        @Nullable
        Tensor[] made = context.operator("_scaled_dot_product_efficient_attention", 8)
                .call(q, k, v, null, true, 0.0, causal, scale);
        keepState(made[2], made[3]);
        try (Tensor sums = defined(made[1]);
                Tensor own = sums.narrow(2, 0, q.size(2))) {
            return new Tensor[] {defined(made[0]), own.contiguous()};
        }
    }

    private void keepState(@Nullable Tensor newSeed, @Nullable Tensor newOffset) {
        if (seed == null) {
            seed = newSeed;
            offset = newOffset;
        } else {
            Tensors.close(newSeed, newOffset);
        }
    }

    Tensor[] backward(
            Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, boolean causal, double scale) {
        long size = size(q, v);
        try (Tensor gradient = padded(dout, size);
                Tensor query = padded(q, size);
                Tensor key = padded(k, size, q.size(1));
                Tensor value = padded(v, size, q.size(1));
                Tensor result = padded(out, size)) {
            @Nullable
            Tensor[] made = narrow(q)
                    ? cudnnBackward(gradient, query, key, value, result, logSumExp, causal, scale)
                    : efficientBackward(gradient, query, key, value, result, logSumExp, causal, scale);
            return new Tensor[] {
                trimmed(defined(made[0]), q.size(3)),
                summed(trimmed(defined(made[1]), k.size(3)), k.size(1)),
                summed(trimmed(defined(made[2]), v.size(3)), v.size(1))
            };
        }
    }

    private @Nullable Tensor[] cudnnBackward(
            Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, boolean causal, double scale) {
        try (Tensor sums = logSumExp.unsqueeze(-1);
                Tensor absent = new Tensor()) {
            return context.operator("_scaled_dot_product_cudnn_attention_backward", 16)
                    .call(
                            dout, q, k, v, out, sums, seed, offset, absent, absent, absent, q.size(2), k.size(2), 0.0,
                            causal, scale);
        }
    }

    private @Nullable Tensor[] efficientBackward(
            Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, boolean causal, double scale) {
        long missing = (ROWS - q.size(2) % ROWS) % ROWS;
        try (Tensor sums = missing == 0 ? Tensors.share(logSumExp) : torch.constant_pad_nd(logSumExp, 0, missing);
                Tensor absent = new Tensor()) {
            return context.operator("_scaled_dot_product_efficient_attention_backward", 13)
                    .call(dout, q, k, v, absent, out, sums, seed, offset, 0.0, GRADIENTS, causal, scale);
        }
    }

    private static Tensor defined(@Nullable Tensor tensor) {
        if (tensor == null) {
            throw new IllegalStateException("the attention kernel left a result undefined");
        }
        return tensor;
    }

    /** Size of a head as the kernels see it. */
    private static long size(Tensor q, Tensor v) {
        long most = Math.max(q.size(3), v.size(3));
        return (most + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static Tensor padded(Tensor x, long size) {
        long missing = size - x.size(3);
        if (missing > 0) {
            return torch.constant_pad_nd(x, 0, missing);
        }
        return x.stride(3) == 1 ? Tensors.share(x) : Tensors.contiguous(x);
    }

    /** As {@link #padded(Tensor, long)}, each head repeated for the query heads that read it. */
    private static Tensor padded(Tensor x, long size, long heads) {
        Tensor padded = padded(x, size);
        long groups = x.size(1);
        if (heads == groups) {
            return padded;
        }
        if (heads % groups != 0) {
            padded.close();
            throw new AshlarException("Attention with " + heads + " query heads and " + groups
                    + " key heads: the first must be a multiple of the second.");
        }
        try (padded;
                Tensor column = padded.unsqueeze(2);
                Tensor repeated = column.expand(x.size(0), groups, heads / groups, x.size(2), size)) {
            return repeated.reshape(x.size(0), heads, x.size(2), size);
        }
    }

    /** Closes the argument. */
    private static Tensor trimmed(Tensor x, long size) {
        if (x.size(3) == size) {
            return x;
        }
        try (x) {
            return x.narrow(3, 0, size);
        }
    }

    /** A key head's gradient is the sum over the query heads that read it; closes the argument. */
    private static Tensor summed(Tensor x, long groups) {
        if (x.size(1) == groups) {
            return x;
        }
        try (x;
                Tensor split = x.reshape(x.size(0), groups, x.size(1) / groups, x.size(2), x.size(3))) {
            return split.sum(2);
        }
    }

    @Override
    public void close() {
        Tensors.close(seed, offset);
        seed = null;
        offset = null;
    }
}
