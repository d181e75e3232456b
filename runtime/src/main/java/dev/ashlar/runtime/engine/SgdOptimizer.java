package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Stochastic gradient descent by libtorch's fused kernel, with PyTorch's momentum: v = momentum·v + g, value −= rate·v. In bfloat16 by
 * single operators: the fused CPU kernel of libtorch 2.10 drops all updates but those of the elements behind the last full vector.
 */
final class SgdOptimizer extends StatefulOptimizer {
    private static final String MOMENTUM = "momentum_buffer";
    private static final Tensor[] NO_MOMENTUM = {};

    SgdOptimizer(OptimizerSettings settings, List<Parameter> parameters, KernelContext context, long most) {
        super(OptimizerKind.SGD, settings, moments(settings), parameters, context, most);
        parameters.forEach(this::allocateMoments);
    }

    private static List<String> moments(OptimizerSettings settings) {
        return settings.momentum() > 0 ? List.of(MOMENTUM) : List.of();
    }

    @Override
    double beta1() {
        return settings.momentum();
    }

    @Override
    void apply(Share share, Tensor[] gradients, double weightDecay, double learningRate) {
        if (context.precision().master() == DType.BFLOAT16) {
            for (int i = 0; i < gradients.length; i++) {
                apply(share, share.parameters().get(i), gradients[i], weightDecay, learningRate);
            }
            return;
        }
        Tensor[] momenta = settings.momentum() > 0 ? states(share, MOMENTUM) : NO_MOMENTUM;
        // Momenta start at zero, so that the first step needs no case of its own.
        context.operator("_fused_sgd_", 12)
                .call(
                        masters(share),
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

    /** The gradient belongs to the optimizer, which closes it next. */
    private void apply(Share share, Parameter parameter, Tensor gradient, double weightDecay, double learningRate) {
        Tensor value = share.of(parameter.master());
        gradient.add_(value, context.scalar(weightDecay));
        Tensor step = gradient;
        if (settings.momentum() > 0) {
            step = share.of(state(parameter, MOMENTUM));
            step.mul_(context.scalar(settings.momentum()));
            step.add_(gradient, context.scalar(1));
        }
        value.add_(step, context.scalar(-learningRate));
    }
}
