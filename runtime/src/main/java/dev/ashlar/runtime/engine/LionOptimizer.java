package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Lion (Chen et al., 2023): the step is the sign of the momentum, interpolated towards the gradient. */
final class LionOptimizer extends StatefulOptimizer {
    private static final String MOMENT = "exp_avg";

    LionOptimizer(OptimizerSettings settings, List<Parameter> parameters, KernelContext context, long most) {
        super(OptimizerKind.LION, settings, List.of(MOMENT), parameters, context, most);
        parameters.forEach(this::allocateMoments);
    }

    @Override
    void apply(Share share, Tensor[] gradients, double weightDecay, double learningRate) {
        for (int i = 0; i < gradients.length; i++) {
            Parameter parameter = share.parameters().get(i);
            Tensor master = share.of(parameter.master());
            Tensor moment = share.of(state(parameter, MOMENT));
            // Before the direction is there, for libtorch makes a tensor of the factor.
            master.mul_(context.scalar(1 - learningRate * weightDecay));
            try (Tensor direction = torch.lerp(moment, gradients[i], context.scalar(1 - settings.beta1()))) {
                direction.sign_();
                master.add_(direction, context.scalar(-learningRate));
            }
            moment.lerp_(gradients[i], context.scalar(1 - settings.beta2()));
        }
    }
}
