package dev.ashlar.processor.op;

import static dev.ashlar.processor.op.OperatorCase.shape;

import dev.ashlar.processor.op.OperatorCase.Sketch;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Attention by its formula, and rotary embedding as in Hugging Face's LLaMA. */
final class AttentionCases {
    private static final double THETA = 10000;

    private AttentionCases() {}

    static List<OperatorCase> all() {
        return List.of(
                attention("", 1, 0, 0, false, 0),
                attention("causal", 1, 0, 0, true, 0),
                attention("to a longer memory", 1, 5, 0, false, 0.3),
                attention("grouped and causal", 3, 0, 0, true, 0),
                attention("with narrower values", 2, 3, -2, false, 0),
                OperatorCase.of(
                        "Rope",
                        "",
                        d -> Sketch.of(
                                Map.of("theta", THETA),
                                shape(d.size(1, 3), d.size(1, 3), d.size(1, 5), 2L * d.any(1, 6))),
                        r -> rope(r.x(), THETA)));
    }

    private static OperatorCase attention(
            String label, int ratio, int longer, int wider, boolean causal, double scale) {
        return OperatorCase.of(
                "DotProductAttention",
                label,
                d -> {
                    long b = d.size(1, 3);
                    long g = d.size(1, 2);
                    long s = d.any(2, 20);
                    long e = 4L * d.any(1, 4);
                    return Sketch.of(
                            Map.of("causal", causal, "scale", scale),
                            shape(b, g * ratio, s, e),
                            shape(b, g, s + longer, e),
                            shape(b, g, s + longer, e + wider));
                },
                r -> attention(
                        r.x(),
                        r.inputs().get(1),
                        r.inputs().get(2),
                        causal,
                        scale == 0 ? 1 / Math.sqrt(r.x().size(3)) : scale));
    }

    static Tensor attention(Tensor q, Tensor keys, Tensor values, boolean causal, double scale) {
        long ratio = q.size(1) / keys.size(1);
        Tensor k = keys.repeat_interleave(ratio, new LongOptional(1), new LongOptional());
        Tensor v = values.repeat_interleave(ratio, new LongOptional(1), new LongOptional());
        Tensor scores = q.matmul(k.transpose(2, 3)).mul(new Scalar(scale));
        if (causal) {
            Tensor future = torch.ones(q.size(2), k.size(2)).tril().eq(new Scalar(0L));
            scores = scores.masked_fill(future, new Scalar(Double.NEGATIVE_INFINITY));
        }
        return torch.softmax(scores, -1).matmul(v);
    }

    /** x·cos + rotate_half(x)·sin with every angle twice. */
    static Tensor rope(Tensor x, double theta) {
        long e = x.size(3);
        Tensor exponents = torch.arange(new Scalar(e / 2)).to(x.scalar_type()).mul(new Scalar(-2.0 / e));
        Tensor frequencies = torch.pow(new Scalar(theta), exponents);
        Tensor positions = torch.arange(new Scalar(x.size(2))).to(x.scalar_type());
        Tensor angles = torch.outer(positions, frequencies);
        Tensor both = OperatorCases.concat(1, angles, angles);
        Tensor turned = OperatorCases.concat(3, x.narrow(3, e / 2, e / 2).neg(), x.narrow(3, 0, e / 2));
        return x.mul(torch.cos(both)).add(turned.mul(torch.sin(both)));
    }
}
