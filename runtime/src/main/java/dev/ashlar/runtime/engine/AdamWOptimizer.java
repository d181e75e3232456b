package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** AdamW (Loshchilov and Hutter, 2019) by libtorch's fused kernel. */
final class AdamWOptimizer extends StatefulOptimizer {
    private static final String MOMENT = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";
    private static final String STEP = "step";
    private static final Tensor[] NO_MAXIMA = {};

    AdamWOptimizer(OptimizerSettings settings, List<Parameter> parameters, KernelContext context) {
        super(settings, context);
        for (Parameter parameter : parameters) {
            allocate(parameter, MOMENT);
            allocate(parameter, SQUARE);
            allocateCounter(parameter, STEP);
        }
    }

    @Override
    void apply(List<Parameter> parameters, Tensor[] gradients, double weightDecay, double learningRate) {
        Tensor[] steps = states(parameters, STEP);
        for (Tensor step : steps) {
            step.add_(context.scalar(1));
        }
        context.operator("_fused_adamw_", 15)
                .call(
                        masters(parameters),
                        gradients,
                        states(parameters, MOMENT),
                        states(parameters, SQUARE),
                        NO_MAXIMA,
                        steps,
                        learningRate,
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
