package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention, on CUDA by {@link CudaAttention}, else by libtorch's fused CPU kernel. That kernel wants as many key heads as query heads and one head size:
 * with fewer key heads, the groups join the batch and the heads of a group see one key head through a stride of zero; a smaller head
 * size is padded with zeros, which change no product. In bfloat16 it takes ten times as long as in 32-bit floats, so that each element
 * of the batch is widened by itself.
 */
final class AttentionKernels implements AutoCloseable {
    private static final String FORWARD = "_scaled_dot_product_flash_attention_for_cpu";
    private static final String BACKWARD = "_scaled_dot_product_flash_attention_for_cpu_backward";

    private final KernelContext context;
    private final CudaAttention cuda;

    AttentionKernels(KernelContext context) {
        this.context = context;
        this.cuda = new CudaAttention(context);
    }

    Tensor[] attention(Tensor q, Tensor k, Tensor v, boolean causal, double scale) {
        if (context.device() == DeviceKind.CUDA) {
            return cuda.attention(q, k, v, causal, scale);
        }
        if (Tensors.is(q, DType.FLOAT32)) {
            Tensor[] results = forward(q, k, v, causal, scale);
            return new Tensor[] {joinable(results[0], q, k, v), results[1]};
        }
        Tensor sums = context.empty(DType.FLOAT32, q.size(0), q.size(1), q.size(2));
        // Heads beside each other, as the kernel leaves them: joining them is then a view.
        try (Tensor rows = context.empty(Tensors.type(q), q.size(0), q.size(2), q.size(1), v.size(3))) {
            Tensor out = rows.transpose(1, 2);
            for (long i = 0; i < q.size(0); i++) {
                try (Tensor query = wide(q, i);
                        Tensor key = wide(k, i);
                        Tensor value = wide(v, i)) {
                    Tensor[] results = forward(query, key, value, causal, scale);
                    put(out, i, results[0]);
                    put(sums, i, results[1]);
                }
            }
            return new Tensor[] {out, sums};
        }
    }

    Tensor[] backward(
            Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, boolean causal, double scale) {
        if (context.device() == DeviceKind.CUDA) {
            return cuda.backward(dout, q, k, v, out, logSumExp, causal, scale);
        }
        if (Tensors.is(q, DType.FLOAT32)) {
            return gradients(dout, q, k, v, out, logSumExp, causal, scale);
        }
        Tensor[] gradients = {torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)};
        for (long i = 0; i < q.size(0); i++) {
            try (Tensor gradient = wide(dout, i);
                    Tensor query = wide(q, i);
                    Tensor key = wide(k, i);
                    Tensor value = wide(v, i);
                    Tensor result = wide(out, i);
                    Tensor sums = logSumExp.narrow(0, i, 1)) {
                Tensor[] results = gradients(gradient, query, key, value, result, sums, causal, scale);
                for (int j = 0; j < results.length; j++) {
                    put(gradients[j], i, results[j]);
                }
            }
        }
        return gradients;
    }

    /**
     * Heads beside each other, so that joining them is a view, as a plan counts it. The kernel leaves them as they are in the query,
     * unless they are grouped or padded; then they are copied and the kernel's result is closed.
     */
    private static Tensor joinable(Tensor out, Tensor q, Tensor k, Tensor v) {
        if (q.size(1) == k.size(1) && k.size(3) == v.size(3)) {
            return out;
        }
        try (out;
                Tensor apart = out.transpose(1, 2);
                Tensor rows = apart.contiguous()) {
            return rows.transpose(1, 2);
        }
    }

    private static Tensor wide(Tensor batch, long index) {
        try (Tensor one = batch.narrow(0, index, 1)) {
            return one.to(Tensors.torchType(DType.FLOAT32));
        }
    }

    /** Rounds one element of the batch into its place and closes it. */
    private static void put(Tensor batch, long index, Tensor one) {
        try (one;
                Tensor place = batch.narrow(0, index, 1)) {
            place.copy_(one);
        }
    }

    private Tensor[] forward(Tensor q, Tensor k, Tensor v, boolean causal, double scale) {
        Heads heads = Heads.of(q, k, v);
        try (Tensor query = heads.query(q);
                Tensor key = heads.shared(k);
                Tensor value = heads.shared(v)) {
            @Nullable Tensor[] results = context.operator(FORWARD, 7).call(query, key, value, 0.0, causal, null, scale);
            return new Tensor[] {
                heads.ungroup(defined(results[0]), heads.valueSize), heads.ungroupRows(defined(results[1]))
            };
        }
    }

    private Tensor[] gradients(
            Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, boolean causal, double scale) {
        Heads heads = Heads.of(q, k, v);
        try (Tensor query = heads.query(q);
                Tensor key = heads.shared(k);
                Tensor value = heads.shared(v);
                Tensor result = heads.query(out);
                Tensor gradient = heads.query(dout);
                Tensor sums = heads.rows(logSumExp)) {
            @Nullable
            Tensor[] results = context.operator(BACKWARD, 10)
                    .call(gradient, query, key, value, result, sums, 0.0, causal, null, scale);
            return new Tensor[] {
                heads.ungroup(defined(results[0]), heads.keySize),
                heads.reduce(defined(results[1]), heads.keySize),
                heads.reduce(defined(results[2]), heads.valueSize)
            };
        }
    }

    private static Tensor defined(@Nullable Tensor tensor) {
        if (tensor == null) {
            throw new IllegalStateException("the attention kernel left a result undefined");
        }
        return tensor;
    }

    @Override
    public void close() {
        cuda.close();
    }

    /** How [batch, heads, length, size] is shown to the kernel and its results back. */
    private static final class Heads {
        final long batch;
        final long groups;
        final long ratio;
        final long keySize;
        final long valueSize;

        private Heads(long batch, long groups, long ratio, long keySize, long valueSize) {
            this.batch = batch;
            this.groups = groups;
            this.ratio = ratio;
            this.keySize = keySize;
            this.valueSize = valueSize;
        }

        static Heads of(Tensor q, Tensor k, Tensor v) {
            long heads = q.size(1);
            long groups = k.size(1);
            if (heads % groups != 0) {
                throw new AshlarException("Attention with " + heads + " query heads and " + groups
                        + " key heads: the first must be a multiple of the second.");
            }
            return new Heads(q.size(0), groups, heads / groups, k.size(3), v.size(3));
        }

        private long size() {
            return Math.max(keySize, valueSize);
        }

        /** A query-like tensor as the kernel wants it, owned. */
        Tensor query(Tensor x) {
            Tensor padded = padded(x);
            if (ratio == 1) {
                return padded;
            }
            try (padded) {
                return padded.reshape(batch * groups, ratio, x.size(2), size());
            }
        }

        /** A key-like tensor as the kernel wants it, owned. */
        Tensor shared(Tensor x) {
            Tensor padded = padded(x);
            if (ratio == 1) {
                return padded;
            }
            try (padded;
                    Tensor joined = padded.reshape(batch * groups, 1, x.size(2), size())) {
                return joined.expand(batch * groups, ratio, x.size(2), size());
            }
        }

        /** The kernel reads a row as one run of memory. */
        private Tensor padded(Tensor x) {
            long missing = size() - x.size(3);
            if (missing > 0) {
                return torch.constant_pad_nd(x, 0, missing);
            }
            return x.stride(3) == 1 ? Tensors.share(x) : Tensors.contiguous(x);
        }

        Tensor rows(Tensor x) {
            return ratio == 1 ? Tensors.share(x) : x.reshape(batch * groups, ratio, x.size(2));
        }

        /** Back to [batch, heads, length, size] without the padding; closes the argument. */
        Tensor ungroup(Tensor x, long ownSize) {
            Tensor trimmed = trimmed(x, ownSize);
            if (ratio == 1) {
                return trimmed;
            }
            try (trimmed) {
                return trimmed.reshape(batch, groups * ratio, trimmed.size(2), ownSize);
            }
        }

        Tensor ungroupRows(Tensor x) {
            if (ratio == 1) {
                return x;
            }
            try (x) {
                return x.reshape(batch, groups * ratio, x.size(2));
            }
        }

        /** A key head's gradient is the sum over the query heads that read it; closes the argument. */
        Tensor reduce(Tensor x, long ownSize) {
            Tensor trimmed = trimmed(x, ownSize);
            if (ratio == 1) {
                return trimmed;
            }
            try (trimmed;
                    Tensor summed = trimmed.sum(1)) {
                return summed.reshape(batch, groups, summed.size(1), ownSize);
            }
        }

        private Tensor trimmed(Tensor x, long ownSize) {
            if (x.size(3) == ownSize) {
                return x;
            }
            try (x) {
                return x.narrow(3, 0, ownSize);
            }
        }
    }
}
