package dev.ashlar.runtime.engine;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Attention in its forms, and rotary embedding. */
final class AttentionCases {
    private static final double THETA = 10000;
    private static final double SCALE = 0.3;

    private AttentionCases() {}

    static List<KernelCase> all() {
        return List.of(
                attention("attention", 1, 0, 0, false, false),
                attention("causal attention", 1, 0, 0, true, false),
                attention("attention to a longer memory", 1, 5, 0, false, false),
                attention("causal attention of permuted heads", 1, 0, 0, true, true),
                attention("grouped attention", 3, 0, 0, true, false),
                attention("grouped attention of permuted heads", 2, 4, 0, false, true),
                attention("attention with wider values", 1, 0, 3, true, false),
                attention("grouped attention with narrower values", 2, 0, -2, false, false),
                rope(false),
                rope(true));
    }

    /** Heads as a linear layer leaves them, [b, s, h, e], or in order. */
    private static Tensor heads(Tensor x, boolean permuted) {
        return permuted ? x.transpose(1, 2) : new Tensor(x);
    }

    private static KernelCase attention(
            String name, int ratio, int longer, int wider, boolean causal, boolean permuted) {
        return new KernelCase(name) {
            @Override
            Tensor[] inputs(Draw draw) {
                int b = draw.size(1, 3);
                int g = draw.size(1, 3);
                int s = draw.size(2, 33);
                int e = 4 * draw.size(1, 5);
                return new Tensor[] {
                    tensor(draw, b, g * ratio, s, e),
                    tensor(draw, b, g, s + longer, e),
                    tensor(draw, b, g, s + longer, e + wider)
                };
            }

            private Tensor tensor(Draw draw, long b, long h, long s, long e) {
                return permuted ? draw.normal(b, s, h, e) : draw.normal(b, h, s, e);
            }

            @Override
            Tensor reference(Tensor[] in) {
                Tensor q = heads(in[0], permuted);
                Tensor k = repeated(heads(in[1], permuted));
                Tensor v = repeated(heads(in[2], permuted));
                Tensor scores = q.matmul(k.transpose(2, 3)).mul(new Scalar(SCALE));
                if (causal) {
                    Tensor future = torch.ones(q.size(2), k.size(2)).tril().eq(new Scalar(0L));
                    scores = scores.masked_fill(future, new Scalar(Double.NEGATIVE_INFINITY));
                }
                return torch.softmax(scores, -1).matmul(v);
            }

            private Tensor repeated(Tensor x) {
                return x.unsqueeze(2)
                        .expand(x.size(0), x.size(1), ratio, x.size(2), x.size(3))
                        .reshape(x.size(0), x.size(1) * ratio, x.size(2), x.size(3));
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                try (Tensor q = heads(in[0], permuted);
                        Tensor k = heads(in[1], permuted);
                        Tensor v = heads(in[2], permuted)) {
                    Tensor[] f = ops.attention(q, k, v, causal, SCALE);
                    Tensor[] g = ops.attentionBackward(dy, q, k, v, f[0], f[1], causal, SCALE);
                    for (int i = 0; i < g.length; i++) {
                        Tensor straight = g[i];
                        g[i] = heads(straight, permuted);
                        straight.close();
                    }
                    return results(new Tensor[] {f[1]}, f[0], g);
                }
            }
        };
    }

    private static KernelCase rope(boolean permuted) {
        return new KernelCase("rotary embedding" + (permuted ? " of permuted heads" : "")) {
            @Override
            Tensor[] inputs(Draw draw) {
                long h = draw.size(1, 3);
                long s = draw.size(1, 20);
                long e = 2L * draw.size(1, 9);
                return new Tensor[] {permuted ? draw.normal(2, s, h, e) : draw.normal(2, h, s, e)};
            }

            /** As in Hugging Face's LLaMA: x·cos + rotate_half(x)·sin with tables of angles repeated. */
            @Override
            Tensor reference(Tensor[] in) {
                Tensor x = heads(in[0], permuted);
                long e = x.size(3);
                Tensor exponents =
                        torch.arange(new Scalar(e / 2)).to(x.scalar_type()).mul(new Scalar(-2.0 / e));
                Tensor frequencies = torch.pow(new Scalar(THETA), exponents);
                Tensor angles = torch.outer(torch.arange(new Scalar(x.size(2))).to(x.scalar_type()), frequencies);
                Tensor both = torch.cat(new TensorVector(angles, angles), 1);
                Tensor turned =
                        torch.cat(new TensorVector(x.narrow(3, e / 2, e / 2).neg(), x.narrow(3, 0, e / 2)), 3);
                return x.mul(torch.cos(both)).add(turned.mul(torch.sin(both)));
            }

            @Override
            @Nullable
            Tensor[] run(Ops ops, Tensor[] in, Tensor dy) {
                try (Tensor x = heads(in[0], permuted);
                        Tensor dx = ops.ropeBackward(dy, THETA)) {
                    return results(ops.rope(x, THETA), heads(dx, permuted));
                }
            }
        };
    }

    static TensorOptional none() {
        return new TensorOptional();
    }
}
