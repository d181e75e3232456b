package dev.ashlar.runtime.engine;

import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * AdamW (Loshchilov and Hutter, 2019) by libtorch's fused kernel, or on CUDA by our own; there the learning rate is a tensor, so that a
 * recording follows it.
 */
final class AdamWOptimizer extends StatefulOptimizer {
    private static final String MOMENT = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";
    private static final String STEP = "step";
    private static final Tensor[] NO_MAXIMA = {};

    private final @Nullable CudaAdamW kernel;
    private final @Nullable CudaGradientNorm norm;

    AdamWOptimizer(OptimizerSettings settings, List<Parameter> parameters, KernelContext context, long most) {
        super(settings, context, most);
        CudaDevice cuda = context.cuda();
        if (cuda != null && cuda.kernels().available()) {
            this.kernel = new CudaAdamW(cuda.kernels());
            this.norm = new CudaGradientNorm(context, cuda.kernels(), parameters);
        } else {
            this.kernel = null;
            this.norm = null;
        }
        try (Tensor counters = counters(parameters.size())) {
            for (int i = 0; i < parameters.size(); i++) {
                allocate(parameters.get(i), MOMENT);
                allocate(parameters.get(i), SQUARE);
                keepCounter(parameters.get(i), STEP, counters, i);
            }
        }
    }

    @Override
    public boolean recordable(double clipNorm) {
        return context.device() == DeviceKind.CUDA && (kernel != null || clipNorm == Double.POSITIVE_INFINITY);
    }

    @Override
    boolean applyToAll(List<Parameter> parameters, double clipNorm) {
        CudaAdamW own = kernel;
        CudaGradientNorm clipping = norm;
        Tensor rate = deviceRate();
        if (own == null || clipping == null || rate == null) {
            return false;
        }
        @Nullable Tensor factor = clipNorm == Double.POSITIVE_INFINITY ? null : clipping.factor(parameters, clipNorm);
        List<CudaAdamW.Part> parts = parameters.stream().map(this::part).toList();
        own.update(parts, context.precision(), rate, settings, factor);
        parts.forEach(part -> part.gradient().close());
        parameters.stream().filter(each -> each.rounded() == null).forEach(Parameter::publish);
        return true;
    }

    private CudaAdamW.Part part(Parameter parameter) {
        return new CudaAdamW.Part(
                parameter.master(),
                Objects.requireNonNull(parameter.takeGradient()),
                state(parameter, MOMENT),
                state(parameter, SQUARE),
                parameter.rounded(),
                state(parameter, STEP),
                decayOf(parameter));
    }

    @Override
    void apply(Share share, Tensor[] gradients, double weightDecay, double learningRate) {
        Tensor[] steps =
                share.parameters().stream().map(each -> state(each, STEP)).toArray(Tensor[]::new);
        if (share.first()) {
            context.operator("_foreach_add_", "Scalar", 2).call(steps, 1.0);
        }
        Tensor rate = deviceRate();
        context.operator("_fused_adamw_", rate == null ? "" : "tensor_lr", 15)
                .call(
                        masters(share),
                        gradients,
                        states(share, MOMENT),
                        states(share, SQUARE),
                        NO_MAXIMA,
                        steps,
                        rate == null ? learningRate : rate,
                        settings.beta1(),
                        settings.beta2(),
                        weightDecay,
                        settings.eps(),
                        /* amsgrad= */ false,
                        /* maximize= */ false,
                        /* gradScale= */ null,
                        /* foundInf= */ null);
    }

    @Override
    public void close() {
        super.close();
        if (norm != null) {
            norm.close();
        }
    }
}
