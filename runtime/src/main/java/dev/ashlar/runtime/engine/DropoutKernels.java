package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.Seed;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Dropout whose mask is a hash of (seed, step, key, index), so that nothing is saved for the backward pass and a recomputed forward pass
 * drops the same elements. Works in runs of elements, so that temporaries have a bounded size.
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
        if (!(p >= 0 && p < 1)) {
            throw new AshlarException("A dropout probability of " + p + " is outside [0, 1); choose one in it.");
        }
        if (p == 0) {
            return Tensors.share(x);
        }
        Tensor y = context.empty(Tensors.type(x), Tensors.shape(x));
        Seed masks = Seed.of(Seed.of(seed.mix(step)).mix(key));
        long size = x.numel();
        try (Tensor dense = x.contiguous();
                Tensor flat = dense.view(-1);
                Tensor flatResult = y.view(-1)) {
            for (long start = 0; start < size; start += RUN) {
                long length = Math.min(RUN, size - start);
                try (Tensor from = flat.narrow(0, start, length);
                        Tensor to = flatResult.narrow(0, start, length)) {
                    dropRun(from, to, p, masks.mix(start / RUN));
                }
            }
        }
        return y;
    }

    private void dropRun(Tensor from, Tensor to, double p, long key) {
        try (Scalar threshold = new Scalar((int) (Math.round(p * 0x1p32) + Integer.MIN_VALUE));
                Tensor hash = hash(from.numel(), key);
                Tensor dropped = torch.lt(hash, threshold)) {
            torch.mul_out(to, from, context.scalar(1 / (1 - p)));
            to.masked_fill_(dropped, context.scalar(0));
        }
    }

    /** Uniform 32-bit numbers: the index, turned by the two halves of the key, through the finalizer of Wellons (lowbias32). */
    private Tensor hash(long length, long key) {
        try (Tensor counted = counted().narrow(0, 0, length);
                Scalar turn = new Scalar((int) key);
                Scalar factor = new Scalar((int) (key >>> 32) | 1)) {
            Tensor hash = counted.bitwise_xor(turn);
            hash.mul_(factor);
            finish(hash);
            return hash;
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
