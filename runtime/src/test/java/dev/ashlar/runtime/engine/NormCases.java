package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Layer norm and RMS norm. */
final class NormCases {
    private static final double EPS = 1e-5;

    private NormCases() {}

    static List<KernelCase> all() {
        return List.of(layerNorm(true), layerNorm(false), rmsNorm());
    }

    private static KernelCase layerNorm(boolean bias) {
        return new KernelCase("layer norm" + (bias ? " with bias" : "")) {
            @Override
            Tensor[] inputs(Draw draw) {
                int d = draw.size(8, 40);
                Tensor x = draw.normal(draw.size(1, 4), draw.size(1, 9), d);
                return bias ? new Tensor[] {x, draw.nearOne(d), draw.normal(d)} : new Tensor[] {x, draw.nearOne(d)};
            }

            @Override
            Tensor reference(Tensor[] in) {
                TensorOptional b = bias ? new TensorOptional(in[2]) : new TensorOptional();
                return torch.layer_norm(in[0], new long[] {in[0].size(2)}, new TensorOptional(in[1]), b, EPS, true);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                if (bias) {
                    Tensor[] f = ops.layerNorm(in[0], in[1], in[2], EPS);
                    @Nullable Tensor[] g = ops.layerNormBackward(dy, in[0], f[1], f[2], in[1], in[2], true, true, true);
                    return results(new Tensor[] {f[1], f[2]}, f[0], g);
                }
                Tensor[] f = ops.layerNorm(in[0], in[1], EPS);
                @Nullable Tensor[] g = ops.layerNormBackward(dy, in[0], f[1], f[2], in[1], true, true);
                return results(new Tensor[] {f[1], f[2]}, f[0], g);
            }
        };
    }

    private static KernelCase rmsNorm() {
        return new KernelCase("RMS norm") {
            @Override
            Tensor[] inputs(Draw draw) {
                int d = draw.size(8, 40);
                return new Tensor[] {draw.normal(draw.size(1, 4), draw.size(1, 9), d), draw.nearOne(d)};
            }

            @Override
            Tensor reference(Tensor[] in) {
                long[] normalized = {in[0].size(2)};
                return torch.rms_norm(in[0], normalized, new TensorOptional(in[1]), new DoubleOptional(EPS));
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                Tensor[] f = ops.rmsNorm(in[0], in[1], EPS);
                return results(new Tensor[] {f[1]}, f[0], ops.rmsNormBackward(dy, in[0], f[1], in[1], true, true));
            }
        };
    }
}
