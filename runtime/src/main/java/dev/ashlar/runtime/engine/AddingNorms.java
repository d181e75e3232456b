package dev.ashlar.runtime.engine;

import org.bytedeco.pytorch.Tensor;

/** Norms that first add to what they read, in its memory: a residual sum and its norm in one kernel. */
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
}
