package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (Loshchilov and Hutter, 2019) by libtorch's fused kernel, or on CUDA by our own; there the learning rate is a tensor, so that a
 * recording follows it.
 */
final class AdamWOptimizer extends StatefulOptimizer {
    private static final String MOMENT = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";
    private static final String STEP = "step";
    private static final Tensor[] NO_MAXIMA = {};

    AdamWOptimizer(OptimizerSettings settings, List<Parameter> parameters, KernelContext context, long most) {
        super(OptimizerKind.ADAMW, settings, List.of(MOMENT, SQUARE), parameters, context, most);
        try (Tensor counters = counters(parameters.size())) {
            for (int i = 0; i < parameters.size(); i++) {
                allocateMoments(parameters.get(i));
                keepCounter(parameters.get(i), STEP, counters, i);
            }
        }
    }

    /** libtorch's kernel can follow a rate of the device, but it clips by the host. */
    @Override
    public boolean recordable(double clipNorm) {
        boolean follows = context.device() == DeviceKind.CUDA && clipNorm == Double.POSITIVE_INFINITY;
        return follows || super.recordable(clipNorm);
    }

    @Override
    Tensor counter(Parameter parameter) {
        return state(parameter, STEP);
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
}
