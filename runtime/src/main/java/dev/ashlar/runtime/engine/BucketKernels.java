package dev.ashlar.runtime.engine;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Gradients that are reduced from a place in a bucket: made there where kernels can, a view of it then, else memory of their own, from which
 * {@link Reductions#fill} copies them.
 */
public final class BucketKernels {
    /** Products write as much at once. */
    private static final long ALIGNED_BYTES = 16;

    private final LinearKernels linear;
    private final Trace trace;
    private final Tensor bucket;
    private final long offset;

    /** @param offset of the gradient's first element */
    BucketKernels(LinearKernels linear, Trace trace, Tensor bucket, long offset) {
        this.linear = linear;
        this.trace = trace;
        this.bucket = bucket;
        this.offset = offset;
    }

    /** As {@link Ops#linearWeightGradient}. */
    public Tensor linearWeightGradient(Tensor dy, Tensor x) {
        @Nullable Tensor place = place(Tensors.last(dy), Tensors.last(x));
        Tensor made = place == null ? linear.weightGradient(dy, x) : linear.weightGradient(dy, x, place);
        return trace.checked("linearWeightGradient", made);
    }

    /** As {@link Ops#linearBiasGradient}. */
    public Tensor linearBiasGradient(Tensor dy) {
        @Nullable Tensor place = place(Tensors.last(dy));
        Tensor made = place == null ? linear.biasGradient(dy) : linear.biasGradient(dy, place);
        return trace.checked("linearBiasGradient", made);
    }

    /** Where it is made in the bucket; null where it is not. */
    private @Nullable Tensor place(long... shape) {
        boolean there = linear.writesToPlaces() && offset * bucket.element_size() % ALIGNED_BYTES == 0;
        return there ? Reductions.part(bucket, offset, shape) : null;
    }
}
