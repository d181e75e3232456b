package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Losses; their dy is a scalar tensor. */
final class LossCases {
    private static final long MEAN = 1;

    private LossCases() {}

    static List<KernelCase> all() {
        return List.of(
                crossEntropy("cross-entropy", -100, 0, 50),
                crossEntropy("cross-entropy that ignores class 1", 1, 0, 5),
                crossEntropy("smoothed cross-entropy", -100, 0.1, 50),
                crossEntropy("smoothed cross-entropy that ignores class 1", 1, 0.3, 4),
                crossEntropy("cross-entropy over several runs", 7, 0.1, 100_000),
                meanSquaredError());
    }

    private static KernelCase crossEntropy(String name, long ignoreIndex, double smoothing, int classes) {
        return new KernelCase(name) {
            @Override
            Tensor[] inputs(Draw draw) {
                long b = draw.size(1, 3);
                long s = draw.size(2, 9);
                return new Tensor[] {draw.normal(b, s, classes), draw.ids(classes, b, s)};
            }

            @Override
            Tensor reference(Tensor[] in) {
                Tensor rows = in[0].reshape(-1, classes);
                return torch.cross_entropy_loss(
                        rows.scalar_type().intern() == ScalarType.Double ? rows : rows.to(ScalarType.Float),
                        in[1].reshape(-1),
                        new TensorOptional(),
                        MEAN,
                        ignoreIndex,
                        smoothing);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                Tensor[] f = ops.crossEntropy(in[0], in[1], ignoreIndex, smoothing);
                Tensor dx = ops.crossEntropyBackward(dy, f[1], in[1], f[2], ignoreIndex, smoothing);
                return results(new Tensor[] {f[1], f[2]}, f[0], dx, null);
            }
        };
    }

    private static KernelCase meanSquaredError() {
        return new KernelCase("mean squared error") {
            @Override
            Tensor[] inputs(Draw draw) {
                long n = draw.size(1, 40);
                return new Tensor[] {draw.normal(3, n), draw.normal(3, n)};
            }

            @Override
            Tensor reference(Tensor[] in) {
                return torch.mse_loss(in[0], in[1]);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                try (Scalar minus = new Scalar(-1.0)) {
                    Tensor dx = ops.meanSquaredErrorBackward(dy, in[0], in[1]);
                    return results(ops.meanSquaredError(in[0], in[1]), dx, dx.mul(minus));
                }
            }
        };
    }
}
