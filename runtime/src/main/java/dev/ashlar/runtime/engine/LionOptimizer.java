package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Lion (Chen et al., 2023): the step is the sign of the momentum, interpolated towards the gradient. */
final class LionOptimizer extends StatefulOptimizer {
    private static final String MOMENT = "exp_avg";

    LionOptimizer(OptimizerSettings settings, List<Parameter> parameters, KernelContext context) {
        super(settings, context);
        parameters.forEach(parameter -> allocate(parameter, MOMENT));
    }

    @Override
    void apply(List<Parameter> parameters, Tensor[] gradients, double weightDecay, double learningRate) {
        for (int i = 0; i < gradients.length; i++) {
            Tensor master = parameters.get(i).master();
            Tensor moment = state(parameters.get(i), MOMENT);
            try (Tensor direction = torch.lerp(moment, gradients[i], context.scalar(1 - settings.beta1()))) {
                direction.sign_();
                master.mul_(context.scalar(1 - learningRate * weightDecay));
                master.add_(direction, context.scalar(-learningRate));
            }
            moment.lerp_(gradients[i], context.scalar(1 - settings.beta2()));
        }
    }
}
