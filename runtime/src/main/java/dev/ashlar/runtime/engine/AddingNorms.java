package dev.ashlar.runtime.engine;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Norms that first add to what they read, in its memory: a residual sum and its norm in one kernel. Gradients that are added to others where
 * they are made.
 */
public final class AddingNorms {
    private final NormKernels norms;
    private final Trace trace;
    private final Tensor addend;

    /** @param addend of the shape of what is normed */
    AddingNorms(NormKernels norms, Trace trace, Tensor addend) {
        this.norms = norms;
        this.trace = trace;
        this.addend = addend;
    }

    /** As {@link Ops#layerNorm(Tensor, Tensor, Tensor, double)}, of x, which then has the addend. */
    public Tensor[] layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        trace.requireSameShape("layerNorm", x, addend);
        return trace.checked("layerNorm", norms.addedLayerNorm(x, addend, weight, bias, eps));
    }

    /** As {@link Ops#layerNorm(Tensor, Tensor, double)}, of x, which then has the addend. */
    public Tensor[] layerNorm(Tensor x, Tensor weight, double eps) {
        trace.requireSameShape("layerNorm", x, addend);
        return trace.checked("layerNorm", norms.addedLayerNorm(x, addend, weight, null, eps));
    }

    /** As {@link Ops#rmsNorm}, of x, which then has the addend. */
    public Tensor[] rmsNorm(Tensor x, Tensor weight, double eps) {
        trace.requireSameShape("rmsNorm", x, addend);
        return trace.checked("rmsNorm", norms.addedRmsNorm(x, addend, weight, eps));
    }

    /** As {@link Ops#rmsNormBackward}, with the addend added to dx. */
    public @Nullable Tensor[] rmsNormBackward(
            Tensor dy, Tensor x, Tensor rstd, Tensor weight, boolean needX, boolean needWeight) {
        trace.requireSameShape("rmsNormBackward", x, addend);
        return trace.checked(
                "rmsNormBackward", norms.rmsNormBackward(dy, x, rstd, weight, needX, needWeight, addend, false));
    }

    /** As {@link Ops#rmsNormBackward}, with dx added to the addend: a second handle on it. */
    public @Nullable Tensor[] rmsNormBackwardInto(
            Tensor dy, Tensor x, Tensor rstd, Tensor weight, boolean needX, boolean needWeight) {
        trace.requireSameShape("rmsNormBackwardInto", x, addend);
        return trace.checked(
                "rmsNormBackwardInto", norms.rmsNormBackward(dy, x, rstd, weight, needX, needWeight, addend, true));
    }
}
