package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;

/**
 * The numbers of an optimizer, PyTorch's meanings. What an optimizer does not use is ignored.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment (Lion: of the momentum), in [0, 1)
 * @param eps added to the denominator, positive
 * @param weightDecay at least 0; decoupled in AdamW and Lion, added to the gradient in SGD
 * @param momentum of SGD, in [0, 1)
 */
public record OptimizerSettings(double beta1, double beta2, double eps, double weightDecay, double momentum) {
    public OptimizerSettings {
        requireFraction("beta1", beta1);
        requireFraction("beta2", beta2);
        requireFraction("momentum", momentum);
        if (!(eps > 0)) {
            throw new AshlarException("eps = " + eps + " is not positive; PyTorch's default is 1e-8.");
        }
        if (!(weightDecay >= 0)) {
            throw new AshlarException("weightDecay = " + weightDecay + " is negative; use 0 to switch it off.");
        }
    }

    private static void requireFraction(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new AshlarException(name + " = " + value + " is outside [0, 1); choose a value in it.");
        }
    }

    /** The customary numbers of an optimizer: betas 0.9 and 0.999 (Lion 0.99), eps 1e-8, weight decay 0.01 (SGD 0), no momentum. */
    public static OptimizerSettings defaults(OptimizerKind kind) {
        double beta2 = kind == OptimizerKind.LION ? 0.99 : 0.999;
        double weightDecay = kind == OptimizerKind.SGD ? 0 : 0.01;
        return new OptimizerSettings(0.9, beta2, 1e-8, weightDecay, 0);
    }

    /** These settings with other betas. */
    public OptimizerSettings withBetas(double newBeta1, double newBeta2) {
        return new OptimizerSettings(newBeta1, newBeta2, eps, weightDecay, momentum);
    }

    /** These settings with another eps. */
    public OptimizerSettings withEps(double newEps) {
        return new OptimizerSettings(beta1, beta2, newEps, weightDecay, momentum);
    }

    /** These settings with another weight decay. */
    public OptimizerSettings withWeightDecay(double newWeightDecay) {
        return new OptimizerSettings(beta1, beta2, eps, newWeightDecay, momentum);
    }

    /** These settings with another momentum. */
    public OptimizerSettings withMomentum(double newMomentum) {
        return new OptimizerSettings(beta1, beta2, eps, weightDecay, newMomentum);
    }
}
