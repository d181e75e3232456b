package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Convolution, batch norm and pooling. */
final class ImageCases {
    private static final double EPS = 1e-5;

    private ImageCases() {}

    static List<KernelCase> all() {
        return List.of(conv(true, 1), conv(false, 2), batchNorm(), maxPool(), averagePool());
    }

    private static KernelCase conv(boolean bias, long groups) {
        return new KernelCase("convolution" + (bias ? " with bias" : "") + " in " + groups + " groups") {
            private final long[] stride = {2, 1};
            private final long[] padding = {1, 2};
            private final long[] dilation = {1, 2};

            @Override
            Tensor[] inputs(Draw draw) {
                long c = groups * draw.size(1, 3);
                long out = groups * draw.size(1, 4);
                Tensor x = draw.normal(draw.size(1, 3), c, draw.size(5, 12), draw.size(7, 12));
                Tensor weight = draw.normal(out, c / groups, 3, 3);
                return bias ? new Tensor[] {x, weight, draw.normal(out)} : new Tensor[] {x, weight};
            }

            @Override
            Tensor reference(Tensor[] in) {
                TensorOptional b = bias ? new TensorOptional(in[2]) : new TensorOptional();
                return torch.conv2d(in[0], in[1], b, stride, padding, dilation, groups);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                Tensor y = bias
                        ? ops.conv2d(in[0], in[1], in[2], stride, padding, dilation, groups)
                        : ops.conv2d(in[0], in[1], stride, padding, dilation, groups);
                @Nullable
                Tensor[] g = ops.conv2dBackward(dy, in[0], in[1], stride, padding, dilation, groups, true, true, bias);
                return bias ? results(y, g) : results(y, g[0], g[1]);
            }
        };
    }

    private static KernelCase batchNorm() {
        return new KernelCase("batch norm") {
            @Override
            Tensor[] inputs(Draw draw) {
                long c = draw.size(1, 5);
                return new Tensor[] {
                    draw.normal(draw.size(2, 4), c, draw.size(2, 7), draw.size(2, 7)), draw.nearOne(c), draw.normal(c)
                };
            }

            @Override
            Tensor reference(Tensor[] in) {
                TensorOptional none = new TensorOptional();
                TensorOptional w = new TensorOptional(in[1]);
                return torch.batch_norm(in[0], w, new TensorOptional(in[2]), none, none, true, 0.1, EPS, false);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                try (Tensor mean = torch.zeros(in[1].size(0));
                        Tensor variance = torch.ones(in[1].size(0))) {
                    Tensor[] f = ops.batchNorm(in[0], in[1], in[2], mean, variance, 0.1, EPS);
                    @Nullable Tensor[] g = ops.batchNormBackward(dy, in[0], in[1], f[1], f[2], EPS, true, true, true);
                    return results(new Tensor[] {f[1], f[2]}, f[0], g);
                }
            }
        };
    }

    private static KernelCase maxPool() {
        return new KernelCase("max pool") {
            private final long[] kernel = {3, 3};
            private final long[] stride = {2, 2};
            private final long[] padding = {1, 1};

            @Override
            Tensor[] inputs(Draw draw) {
                return new Tensor[] {draw.normal(2, draw.size(1, 3), draw.size(4, 9), draw.size(4, 9))};
            }

            @Override
            Tensor reference(Tensor[] in) {
                return torch.max_pool2d(in[0], kernel, stride, padding, new long[] {1, 1}, false);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                Tensor[] f = ops.maxPool2d(in[0], kernel, stride, padding);
                Tensor dx = ops.maxPool2dBackward(dy, in[0], f[1], kernel, stride, padding);
                return results(new Tensor[] {f[1]}, f[0], dx);
            }
        };
    }

    private static KernelCase averagePool() {
        return new KernelCase("global average pool") {
            @Override
            Tensor[] inputs(Draw draw) {
                return new Tensor[] {draw.normal(2, draw.size(1, 3), draw.size(1, 9), draw.size(1, 9))};
            }

            @Override
            Tensor reference(Tensor[] in) {
                return in[0].mean(2, 3);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                return results(
                        ops.globalAvgPool2d(in[0]), ops.globalAvgPool2dBackward(dy, in[0].size(2), in[0].size(3)));
            }
        };
    }
}
