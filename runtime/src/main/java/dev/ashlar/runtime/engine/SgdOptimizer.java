package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Stochastic gradient descent by libtorch's fused kernel, with PyTorch's momentum: v = momentum·v + g, value −= rate·v. */
final class SgdOptimizer extends StatefulOptimizer {
    private static final String MOMENTUM = "momentum_buffer";
    private static final Tensor[] NO_MOMENTUM = {};

    SgdOptimizer(OptimizerSettings settings, List<Parameter> parameters, KernelContext context) {
        super(settings, context);
        if (settings.momentum() > 0) {
            parameters.forEach(parameter -> allocate(parameter, MOMENTUM));
        }
    }

    @Override
    void apply(List<Parameter> parameters, Tensor[] gradients, double weightDecay, double learningRate) {
        Tensor[] momenta = settings.momentum() > 0 ? states(parameters, MOMENTUM) : NO_MOMENTUM;
        // Momenta start at zero, so that the first step needs no case of its own.
        context.operator("_fused_sgd_", 12)
                .call(
                        masters(parameters),
                        gradients,
                        momenta,
                        weightDecay,
                        settings.momentum(),
                        learningRate,
                        /* dampening= */ 0.0,
                        /* nesterov= */ false,
                        /* maximize= */ false,
                        /* isFirstStep= */ false,
                        /* gradScale= */ null,
                        /* foundInf= */ null);
    }
}
