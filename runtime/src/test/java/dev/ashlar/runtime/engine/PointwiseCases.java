package dev.ashlar.runtime.engine;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Functions of single elements, softmax, and other shapes of the same elements. */
final class PointwiseCases {
    private PointwiseCases() {}

    /** y and the gradient of x from dy. */
    private interface Run {
        @Nullable
        Tensor[] apply(Ops ops, Tensor x, Tensor dy);
    }

    private interface FromResult {
        Tensor gradient(Ops ops, Tensor dy, Tensor y);
    }

    static List<KernelCase> all() {
        return List.of(
                unary(
                        "gelu",
                        x -> torch.gelu(x, "none"),
                        (o, x, dy) -> KernelCase.results(o.gelu(x, false), o.geluBackward(dy, x, false))),
                unary(
                        "gelu by tanh",
                        x -> torch.gelu(x, "tanh"),
                        (o, x, dy) -> KernelCase.results(o.gelu(x, true), o.geluBackward(dy, x, true))),
                unary("silu", torch::silu, (o, x, dy) -> KernelCase.results(o.silu(x), o.siluBackward(dy, x))),
                unary("relu", torch::relu, (o, x, dy) -> fromResult(o, o.relu(x), dy, Ops::reluBackward)),
                unary("tanh", torch::tanh, (o, x, dy) -> fromResult(o, o.tanh(x), dy, Ops::tanhBackward)),
                unary("sigmoid", torch::sigmoid, (o, x, dy) -> fromResult(o, o.sigmoid(x), dy, Ops::sigmoidBackward)),
                unary(
                        "softmax",
                        x -> torch.softmax(x, 1),
                        (o, x, dy) -> fromResult(o, o.softmax(x, 1), dy, (ops, d, y) -> ops.softmaxBackward(d, y, 1))),
                unary(
                        "scale",
                        x -> x.mul(new Scalar(0.7)),
                        (o, x, dy) -> KernelCase.results(o.scale(x, 0.7), o.scale(dy, 0.7))),
                unary("rearrange", x -> x.permute(2, 0, 1).reshape(x.size(2), x.size(0) * x.size(1)), (o, x, dy) -> {
                    long[] shape = {x.size(0), x.size(1), x.size(2)};
                    long[] merged = {shape[2], shape[0] * shape[1]};
                    long[] turned = {shape[2], shape[0], shape[1]};
                    return KernelCase.results(
                            o.rearrange(x, shape, new long[] {2, 0, 1}, merged),
                            o.rearrange(dy, turned, new long[] {1, 2, 0}, shape));
                }),
                product());
    }

    private static @Nullable Tensor[] fromResult(Ops ops, Tensor y, Tensor dy, FromResult backward) {
        return KernelCase.results(y, backward.gradient(ops, dy, y));
    }

    private static KernelCase unary(String name, UnaryOperator<Tensor> reference, Run run) {
        return new KernelCase(name) {
            @Override
            Tensor[] inputs(Draw draw) {
                return new Tensor[] {draw.normal(draw.size(1, 4), draw.size(2, 9), draw.size(1, 33))};
            }

            @Override
            Tensor reference(Tensor[] in) {
                return reference.apply(in[0]);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                return run.apply(ops, in[0], dy);
            }
        };
    }

    /** (a + b) · b, with the gradients added in place. */
    private static KernelCase product() {
        return new KernelCase("add and multiply") {
            @Override
            Tensor[] inputs(Draw draw) {
                long n = draw.size(1, 99);
                return new Tensor[] {draw.normal(3, n), draw.normal(3, n)};
            }

            @Override
            Tensor reference(Tensor[] in) {
                return in[0].add(in[1]).mul(in[1]);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                try (Tensor sum = ops.add(in[0], in[1])) {
                    Tensor dSum = ops.multiply(dy, in[1]);
                    Tensor db = ops.multiply(dy, sum);
                    ops.addInPlace(db, dSum);
                    return results(ops.multiply(sum, in[1]), dSum, db);
                }
            }
        };
    }
}
