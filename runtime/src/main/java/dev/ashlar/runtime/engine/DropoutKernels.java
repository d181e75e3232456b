package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.Seed;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Dropout whose mask is a hash of (seed, step, key, index in the whole tensor), so that nothing is saved for the backward pass, a recomputed
 * forward pass drops the same elements, and ranks that share a tensor drop what one would. Works in runs of elements, so that temporaries have a bounded size.
 */
final class DropoutKernels implements AutoCloseable {
    /** Elements a run: libtorch wakes no second thread for so few, and the temporaries stay in the cache of a core. */
    private static final int RUN = 1 << 15;

    private final KernelContext context;
    private final Scalar multiplierA = new Scalar(0x7feb352d);
    private final Scalar multiplierB = new Scalar(0x846ca68b);
    private final Scalar shift15 = new Scalar(15);
    private final Scalar shift16 = new Scalar(16);
    private final Scalar low16 = new Scalar(0xffff);
    private final Scalar low17 = new Scalar(0x1ffff);
    private @Nullable Tensor indices;

    DropoutKernels(KernelContext context) {
        this.context = context;
    }

    Tensor dropout(Tensor x, double p, Seed seed, long step, long key) {
        return dropout(x, p, seed, step, key, 0, Tensors.shape(x));
    }

    /**
     * Drops what would be dropped of the same elements in the whole tensor.
     *
     * @param offset row-major index of the first element in the whole
     * @param whole shape
     */
    Tensor dropout(Tensor x, double p, Seed seed, long step, long key, long offset, long[] whole) {
        if (!(p >= 0 && p < 1)) {
            throw new AshlarException("A dropout probability of " + p + " is outside [0, 1); choose one in it.");
        }
        if (p == 0) {
            return Tensors.share(x);
        }
        long[] shape = Tensors.shape(x);
        Tensor y = context.empty(Tensors.type(x), shape);
        long mask = hashKey(seed, step, key);
        try (Tensor dense = x.contiguous();
                Tensor flat = dense.view(-1);
                Tensor flatResult = y.view(-1)) {
            GlobalIndices.of(shape, whole, offset).forEachRun(RUN, (start, rows, columns, index, stride) -> {
                try (Tensor from = flat.narrow(0, start, rows * columns);
                        Tensor to = flatResult.narrow(0, start, rows * columns);
                        Tensor hash = indices(rows, columns, index, stride)) {
                    drop(from, to, p, hash, mask);
                }
            });
        }
        return y;
    }

    /** What indices are hashed by. */
    static long hashKey(Seed seed, long step, long key) {
        return Seed.of(seed.mix(step)).mix(key);
    }

    private void drop(Tensor from, Tensor to, double p, Tensor hash, long key) {
        hash(hash, key);
        try (Scalar threshold = new Scalar((int) (Math.round(p * 0x1p32) + Integer.MIN_VALUE));
                Tensor flat = hash.view(-1);
                Tensor dropped = torch.lt(flat, threshold)) {
            torch.mul_out(to, from, context.scalar(1 / (1 - p)));
            to.masked_fill_(dropped, context.scalar(0));
        }
    }

    /** Their lower 32 bits: behind four thousand million elements a mask begins anew. */
    private Tensor indices(long rows, long columns, long index, long stride) {
        try (Tensor along = counted().narrow(0, 0, columns);
                Scalar first = new Scalar((int) index)) {
            if (rows == 1) {
                return along.add(first);
            }
            try (Tensor down = counted().as_strided(new long[] {rows, 1}, new long[] {stride, 1})) {
                Tensor all = down.add(along);
                all.add_(first);
                return all;
            }
        }
    }

    /** Uniform 32-bit numbers: the index, turned by the two halves of the key, through the finalizer of Wellons (lowbias32). */
    private void hash(Tensor index, long key) {
        try (Scalar turn = new Scalar((int) key);
                Scalar factor = new Scalar((int) (key >>> 32) | 1)) {
            index.bitwise_xor_(turn);
            index.mul_(factor);
            finish(index);
        }
    }

    private void finish(Tensor hash) {
        xorShifted(hash, shift16, low16);
        hash.mul_(multiplierA);
        xorShifted(hash, shift15, low17);
        hash.mul_(multiplierB);
        xorShifted(hash, shift16, low16);
    }

    /** libtorch shifts signed numbers arithmetically: the mask makes it the logical shift that the hash wants. */
    private static void xorShifted(Tensor hash, Scalar shift, Scalar mask) {
        try (Tensor shifted = torch.bitwise_right_shift(hash, shift)) {
            shifted.bitwise_and_(mask);
            hash.bitwise_xor_(shifted);
        }
    }

    private Tensor counted() {
        Tensor made = indices;
        if (made == null) {
            made = context.range(DType.INT32, RUN);
            indices = made;
        }
        return made;
    }

    @Override
    public void close() {
        Tensors.close(indices);
        indices = null;
        for (Scalar scalar : new Scalar[] {multiplierA, multiplierB, shift15, shift16, low16, low17}) {
            scalar.close();
        }
    }
}
