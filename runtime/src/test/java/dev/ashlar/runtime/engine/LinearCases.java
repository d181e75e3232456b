package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Linear layers and embeddings. */
final class LinearCases {
    private LinearCases() {}

    static List<KernelCase> all() {
        return List.of(
                linear(true, false), linear(false, false), linear(true, true), embedding(), position(0), position(3));
    }

    private static KernelCase linear(boolean bias, boolean transposed) {
        return new KernelCase("linear" + (bias ? " with bias" : "") + (transposed ? " of a transposed input" : "")) {
            @Override
            Tensor[] inputs(Draw draw) {
                int in = draw.size(1, 40);
                int out = draw.size(1, 40);
                Tensor x = draw.normal(draw.size(1, 4), draw.size(1, 9), in);
                return bias
                        ? new Tensor[] {x, draw.normal(out, in), draw.normal(out)}
                        : new Tensor[] {x, draw.normal(out, in)};
            }

            @Override
            Tensor reference(Tensor[] in) {
                Tensor x = transposed ? in[0].transpose(0, 1) : in[0];
                return torch.linear(x, in[1], bias ? new TensorOptional(in[2]) : new TensorOptional());
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                try (Tensor x = transposed ? in[0].transpose(0, 1) : ops.share(in[0])) {
                    Tensor y = bias ? ops.linear(x, in[1], in[2]) : ops.linear(x, in[1]);
                    Tensor dx = ops.linearInputGradient(dy, in[1]);
                    Tensor dw = ops.linearWeightGradient(dy, x);
                    if (transposed) {
                        Tensor turned = dx;
                        dx = turned.transpose(0, 1);
                        turned.close();
                    }
                    return bias ? results(y, dx, dw, ops.linearBiasGradient(dy)) : results(y, dx, dw);
                }
            }
        };
    }

    private static KernelCase embedding() {
        return new KernelCase("embedding") {
            @Override
            Tensor[] inputs(Draw draw) {
                int rows = draw.size(2, 20);
                return new Tensor[] {
                    draw.ids(rows, draw.size(1, 4), draw.size(1, 9)), draw.normal(rows, draw.size(1, 9))
                };
            }

            @Override
            Tensor reference(Tensor[] in) {
                return torch.embedding(in[1], in[0]);
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                Tensor y = ops.embedding(in[0], in[1]);
                return results(y, null, ops.embeddingWeightGradient(dy, in[0], in[1].size(0)));
            }
        };
    }

    private static KernelCase position(int unused) {
        return new KernelCase("position embedding with " + unused + " rows unused") {
            @Override
            Tensor[] inputs(Draw draw) {
                int length = draw.size(1, 9);
                int d = draw.size(1, 9);
                return new Tensor[] {draw.normal(draw.size(1, 4), length, d), draw.normal(length + unused, d)};
            }

            @Override
            Tensor reference(Tensor[] in) {
                return in[0].add(in[1].narrow(0, 0, in[0].size(1)));
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                Tensor y = ops.positionEmbedding(in[0], in[1]);
                return results(y, ops.share(dy), ops.positionEmbeddingWeightGradient(dy, in[1].size(0)));
            }
        };
    }
}
