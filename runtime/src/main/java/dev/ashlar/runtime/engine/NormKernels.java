package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Layer norm and RMS norm over the last dimension. */
final class NormKernels {
    private static final long[] LAST = {-1};

    private final KernelContext context;
    private final @Nullable CudaLayerNorm cuda;
    private final @Nullable CudaLayerNorm cudaRms;

    NormKernels(KernelContext context) {
        this.context = context;
        CudaDevice device = context.cuda();
        this.cuda = device == null ? null : new CudaLayerNorm(context, device, true);
        this.cudaRms = device == null ? null : new CudaLayerNorm(context, device, false);
    }

    Tensor[] layerNorm(Tensor x, Tensor weight, @Nullable Tensor bias, double eps) {
        if (cuda != null && cuda.takes(x)) {
            return layerNormed(cuda.forward(x, null, weight, bias, eps));
        }
        try (TensorOptional weightOptional = new TensorOptional(weight);
                TensorOptional biasOptional = bias == null ? new TensorOptional() : new TensorOptional(bias)) {
            long[] normalized = {Tensors.last(x)};
            return Tensors.all(torch.native_layer_norm(x, normalized, weightOptional, biasOptional, eps));
        }
    }

    /** Adds the addend to x in its memory, then norms it. */
    Tensor[] addedLayerNorm(Tensor x, Tensor addend, Tensor weight, @Nullable Tensor bias, double eps) {
        if (cuda != null && cuda.takes(x) && x.is_contiguous()) {
            return layerNormed(cuda.forward(x, addend, weight, bias, eps));
        }
        x.add_(addend);
        return layerNorm(x, weight, bias, eps);
    }

    private static Tensor[] layerNormed(@Nullable Tensor[] made) {
        return new Tensor[] {
            Objects.requireNonNull(made[0]), Objects.requireNonNull(made[1]), Objects.requireNonNull(made[2])
        };
    }

    /** @param addend added to the input's gradient; may be null */
    @Nullable
    Tensor[] layerNormBackward(
            Tensor dy,
            Tensor x,
            Tensor mean,
            Tensor rstd,
            Tensor weight,
            @Nullable Tensor bias,
            boolean[] needs,
            @Nullable Tensor addend) {
        if (cuda != null && cuda.takes(x) && needs[0] && needs[1] && needs[2] == (bias != null)) {
            return cuda.backward(dy, x, mean, rstd, weight, bias != null, addend, null);
        }
        try (TensorOptional weightOptional = new TensorOptional(weight);
                TensorOptional biasOptional = bias == null ? new TensorOptional() : new TensorOptional(bias)) {
            long[] normalized = {Tensors.last(x)};
            @Nullable
            Tensor[] gradients = Tensors.owned(torch.native_layer_norm_backward(
                    dy,
                    x,
                    normalized,
                    mean,
                    rstd,
                    weightOptional,
                    biasOptional,
                    context.mask(needs[0], needs[1], needs[2])));
            if (addend != null && gradients[0] != null) {
                gradients[0].add_(addend);
            }
            return gradients;
        }
    }

    /** @param target to which the input's gradient is added; the first result is a second handle on it */
    @Nullable
    Tensor[] layerNormBackwardInto(
            Tensor dy,
            Tensor x,
            Tensor mean,
            Tensor rstd,
            Tensor weight,
            @Nullable Tensor bias,
            boolean[] needs,
            Tensor target) {
        if (cuda != null && cuda.takes(x) && needs[1] && needs[2] == (bias != null) && target.is_contiguous()) {
            return cuda.backward(dy, x, mean, rstd, weight, bias != null, target, target);
        }
        @Nullable Tensor[] gradients = layerNormBackward(dy, x, mean, rstd, weight, bias, needs, null);
        Tensor gradient = Objects.requireNonNull(gradients[0]);
        target.add_(gradient);
        gradient.close();
        gradients[0] = Tensors.share(target);
        return gradients;
    }

    /** The root mean square comes from the norm of a row, so nothing but the result is as large as {@code x}. */
    Tensor[] rmsNorm(Tensor x, Tensor weight, double eps) {
        if (cudaRms != null && cudaRms.takes(x)) {
            return rmsNormed(cudaRms.forward(x, null, weight, null, eps));
        }
        Tensor rstd = torch.linalg_vector_norm(x, context.scalar(2), LAST, true, context.floatType());
        rstd.square_().mul_(context.scalar(1.0 / Tensors.last(x)));
        rstd.add_(context.scalar(eps)).rsqrt_();
        Tensor y = x.mul(rstd);
        y.mul_(weight);
        return new Tensor[] {Tensors.converted(y, Tensors.type(x)), rstd};
    }

    /** Adds the addend to x in its memory, then norms it. */
    Tensor[] addedRmsNorm(Tensor x, Tensor addend, Tensor weight, double eps) {
        if (cudaRms != null && cudaRms.takes(x) && x.is_contiguous()) {
            return rmsNormed(cudaRms.forward(x, addend, weight, null, eps));
        }
        x.add_(addend);
        return rmsNorm(x, weight, eps);
    }

    private static Tensor[] rmsNormed(@Nullable Tensor[] made) {
        return new Tensor[] {Objects.requireNonNull(made[0]), Objects.requireNonNull(made[2])};
    }

    /** With n = x·rstd: dweight = Σ dy·n and dx = rstd·(dy·weight − n·mean(dy·weight·n)). */
    @Nullable
    Tensor[] rmsNormBackward(Tensor dy, Tensor x, Tensor rstd, Tensor weight, boolean needX, boolean needWeight) {
        if (cudaRms != null && cudaRms.takes(x) && needX && needWeight) {
            return Arrays.copyOf(cudaRms.backward(dy, x, null, rstd, weight, false, null, null), 2);
        }
        DType type = Tensors.type(x);
        try (Tensor normal = x.mul(rstd)) {
            Tensor weightGradient = null;
            if (needWeight) {
                try (Tensor product = normal.mul(dy);
                        Tensor rows = Tensors.rows(product)) {
                    weightGradient = Tensors.converted(rows.sum(0), type);
                }
            }
            Tensor inputGradient = null;
            if (needX) {
                inputGradient = Tensors.converted(rmsInputGradient(dy, normal, rstd, weight), type);
            }
            return new @Nullable Tensor[] {inputGradient, weightGradient};
        }
    }

    /**
     * The same with a sum.
     *
     * @param addend added to dx
     * @param inPlace whether dx is a second handle on the addend, which is added to; else it has memory of its own
     */
    @Nullable
    Tensor[] rmsNormBackward(
            Tensor dy,
            Tensor x,
            Tensor rstd,
            Tensor weight,
            boolean needX,
            boolean needWeight,
            Tensor addend,
            boolean inPlace) {
        boolean fits = !inPlace || addend.is_contiguous();
        if (cudaRms != null && cudaRms.takes(x) && needX && needWeight && fits) {
            return Arrays.copyOf(
                    cudaRms.backward(dy, x, null, rstd, weight, false, addend, inPlace ? addend : null), 2);
        }
        @Nullable Tensor[] gradients = rmsNormBackward(dy, x, rstd, weight, needX, needWeight);
        Tensor gradient = Objects.requireNonNull(gradients[0]);
        if (inPlace) {
            addend.add_(gradient);
            gradient.close();
            gradients[0] = Tensors.share(addend);
        } else {
            gradient.add_(addend);
        }
        return gradients;
    }

    private Tensor rmsInputGradient(Tensor dy, Tensor normal, Tensor rstd, Tensor weight) {
        try (Tensor wide = Tensors.as(dy, DType.FLOAT32)) {
            Tensor dx = wide.mul(weight);
            try (Tensor product = dx.mul(normal);
                    Tensor mean = product.mean(LAST, true, context.ownType())) {
                dx.addcmul_(normal, mean, context.scalar(-1));
                dx.mul_(rstd);
            }
            return dx;
        }
    }
}
