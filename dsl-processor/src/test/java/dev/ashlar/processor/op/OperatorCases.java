package dev.ashlar.processor.op;

import static dev.ashlar.processor.op.OperatorCase.shape;

import dev.ashlar.processor.op.OperatorCase.Reference;
import dev.ashlar.processor.op.OperatorCase.Sketch;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Every operator of the catalogue beside the functions of libtorch that say what it means. */
final class OperatorCases {
    private static final String NONE = "";

    private OperatorCases() {}

    static List<OperatorCase> all() {
        return Stream.of(
                        linears(),
                        norms(),
                        pointwise(),
                        PointwiseCases.all(),
                        shapes(),
                        losses(),
                        AttentionCases.all(),
                        ImageCases.all())
                .flatMap(List::stream)
                .toList();
    }

    static Tensor parameter(Reference r, int index) {
        return r.parameters().get(index);
    }

    static TensorOptional optional(Reference r, int index) {
        return index < r.parameters().size() ? new TensorOptional(parameter(r, index)) : new TensorOptional();
    }

    private static List<OperatorCase> linears() {
        return List.of(
                linear("with bias", true),
                linear("without bias", false),
                OperatorCase.of(
                        "Embedding",
                        NONE,
                        d -> Sketch.of(
                                Map.of("rows", "v=" + d.size(2, 9), "dim", "d=" + d.size(1, 7)),
                                shape(d.size(1, 3), d.size(1, 9))),
                        r -> torch.embedding(parameter(r, 0), r.x())),
                position("with spare rows", 3),
                position("as long as the table", 0));
    }

    private static OperatorCase linear(String label, boolean bias) {
        return OperatorCase.of(
                "Linear",
                label,
                d -> Sketch.of(
                        Map.of("out", "n=" + d.size(1, 9), "bias", bias),
                        d.any(0, 1) == 0
                                ? shape(d.size(1, 3), d.size(1, 9))
                                : shape(d.size(1, 3), d.size(1, 4), d.size(1, 9))),
                r -> torch.linear(r.x(), parameter(r, 0), optional(r, 1)));
    }

    private static OperatorCase position(String label, int spare) {
        return OperatorCase.of(
                "PositionEmbedding",
                label,
                d -> {
                    long s = d.size(1, 6);
                    return Sketch.of(Map.of("rows", "seq=" + (s + spare)), shape(d.size(1, 3), s, d.size(1, 7)));
                },
                r -> r.x().add(parameter(r, 0).narrow(0, 0, r.x().size(1))));
    }

    private static List<OperatorCase> norms() {
        return List.of(
                layerNorm("with bias", true),
                layerNorm("without bias", false),
                OperatorCase.of(
                        "RmsNorm",
                        NONE,
                        d -> rows(d, Map.of("eps", 1e-6)),
                        r -> torch.rms_norm(r.x(), last(r.x()), optional(r, 0), new DoubleOptional(1e-6))),
                OperatorCase.of("Softmax", NONE, d -> rows(d, Map.of()), r -> torch.softmax(r.x(), -1)));
    }

    private static long[] last(Tensor x) {
        return new long[] {x.size(x.dim() - 1)};
    }

    private static Sketch rows(Draw d, Map<String, Object> elements) {
        return d.any(0, 1) == 0
                ? Sketch.of(elements, shape(d.size(1, 4), d.size(8, 20)))
                : Sketch.of(elements, shape(d.size(1, 3), d.size(1, 4), d.size(8, 20)));
    }

    private static OperatorCase layerNorm(String label, boolean bias) {
        return OperatorCase.of(
                "LayerNorm",
                label,
                d -> rows(d, Map.of("eps", 1e-5, "bias", bias)),
                r -> torch.layer_norm(r.x(), last(r.x()), optional(r, 0), optional(r, 1), 1e-5, true));
    }

    private static List<OperatorCase> pointwise() {
        return List.of(
                unary("Gelu", "tanh form", Map.of("form", "TANH"), r -> torch.gelu(r.x(), "tanh")),
                unary("Gelu", "exact", Map.of("form", "ERF"), r -> torch.gelu(r.x(), "none")),
                unary("Relu", NONE, Map.of(), r -> torch.relu(r.x())),
                unary("Silu", NONE, Map.of(), r -> torch.silu(r.x())),
                unary("Tanh", NONE, Map.of(), r -> torch.tanh(r.x())),
                unary("Sigmoid", NONE, Map.of(), r -> torch.sigmoid(r.x())),
                unary("Scale", NONE, Map.of("value", -0.7), r -> r.x().mul(new Scalar(-0.7))),
                dropout("", 0.4),
                dropout("that drops nothing", 0.0),
                nary("Add", 2, r -> r.inputs().get(0).add(r.inputs().get(1))),
                nary("Add", 4, r -> r.inputs().stream().reduce(Tensor::add).orElseThrow()),
                nary("Multiply", 2, r -> r.inputs().get(0).mul(r.inputs().get(1))));
    }

    private static OperatorCase unary(
            String annotation, String label, Map<String, Object> elements, Function<Reference, Tensor> formula) {
        return OperatorCase.of(annotation, label, d -> rows(d, elements), formula);
    }

    /** The engine says which elements fall; here only what becomes of them is checked. */
    private static OperatorCase dropout(String label, double p) {
        return new OperatorCase(
                "Dropout",
                label,
                d -> rows(d, Map.of("p", p)),
                r -> {
                    Tensor mask = r.ops().dropout(torch.ones_like(r.x().detach()), p, LiveOperator.KEY);
                    return r.x().mul(mask);
                },
                r -> r.x().mul(new Scalar(1.0)));
    }

    private static OperatorCase nary(String annotation, int count, Function<Reference, Tensor> formula) {
        return OperatorCase.of(
                annotation,
                "of " + count,
                d -> {
                    long[] shape = shape(d.size(1, 4), d.size(1, 5), d.size(1, 6));
                    return new Sketch(
                            Map.of(), Stream.generate(() -> shape).limit(count).toList());
                },
                formula);
    }

    private static List<OperatorCase> shapes() {
        return List.of(
                OperatorCase.of(
                        "Rearrange",
                        "that splits",
                        d -> {
                            long h = d.size(1, 3);
                            return Sketch.of(
                                    Map.of("value", "b s (h e) -> b h s e", "sizes", "h=" + h),
                                    shape(d.size(1, 3), d.size(1, 5), h * d.any(1, 6)));
                        },
                        r -> {
                            Tensor x = r.x();
                            long h = r.attributes().sizes("sizes").get("h").size();
                            return x.view(x.size(0), x.size(1), h, x.size(2) / h)
                                    .transpose(1, 2);
                        }),
                OperatorCase.of(
                        "Rearrange",
                        "that merges",
                        d -> Sketch.of(
                                Map.of("value", "b h s e -> s b (h e)"),
                                shape(d.size(1, 3), d.size(1, 3), d.size(1, 5), d.size(1, 4))),
                        r -> r.x().permute(2, 0, 1, 3).reshape(r.x().size(2), r.x().size(0), -1)),
                OperatorCase.of(
                        "Rearrange",
                        "of patches",
                        d -> Sketch.of(
                                Map.of("value", "b c (h p) (w q) -> b (h w) (c p q)", "sizes", "p=2 q=3"),
                                shape(d.size(1, 3), d.size(1, 3), 2 * d.size(1, 3), 3 * d.size(1, 3))),
                        OperatorCases::patches),
                OperatorCase.of(
                        "Rearrange",
                        "that drops and adds a dimension of 1",
                        d -> Sketch.of(Map.of("value", "b 1 c -> c b 1"), shape(d.size(1, 3), 1, d.size(1, 3))),
                        r -> r.x().squeeze(1).t().unsqueeze(2)),
                OperatorCase.of(
                        "Flatten",
                        "of an image",
                        d -> Sketch.of(Map.of(), shape(d.size(1, 3), d.size(1, 3), d.size(1, 4), d.size(1, 4))),
                        r -> r.x().reshape(r.x().size(0), -1)),
                OperatorCase.of(
                        "Flatten",
                        "of what is flat",
                        d -> Sketch.of(Map.of(), shape(d.size(1, 3), d.size(1, 6))),
                        r -> r.x().mul(new Scalar(1.0))));
    }

    private static Tensor patches(Reference r) {
        Tensor x = r.x();
        long h = x.size(2) / 2;
        long w = x.size(3) / 3;
        return x.view(x.size(0), x.size(1), h, 2, w, 3)
                .permute(0, 2, 4, 1, 3, 5)
                .reshape(x.size(0), h * w, x.size(1) * 6);
    }

    private static List<OperatorCase> losses() {
        return List.of(
                crossEntropy("", -100, 0),
                crossEntropy("that ignores class 1", 1, 0),
                crossEntropy("smoothed", -100, 0.2),
                crossEntropy("smoothed, that ignores class 0", 0, 0.1),
                OperatorCase.of(
                        "MeanSquaredError",
                        NONE,
                        d -> {
                            long[] shape = shape(d.size(1, 5), d.size(1, 9));
                            return Sketch.of(Map.of(), shape, shape);
                        },
                        r -> torch.mse_loss(r.x(), r.inputs().get(1))));
    }

    private static OperatorCase crossEntropy(String label, long ignoreIndex, double smoothing) {
        return OperatorCase.of(
                "CrossEntropy",
                label,
                d -> {
                    long b = d.size(2, 4);
                    long s = d.size(3, 9);
                    return Sketch.of(
                            Map.of("ignoreIndex", ignoreIndex, "labelSmoothing", smoothing),
                            shape(b, s, d.size(3, 30)),
                            shape(b, s));
                },
                r -> torch.cross_entropy_loss(
                        r.x().reshape(-1, r.x().size(2)),
                        r.inputs().get(1).reshape(-1),
                        new TensorOptional(),
                        1,
                        ignoreIndex,
                        smoothing));
    }

    static Tensor concat(long dim, Tensor... tensors) {
        return torch.cat(new TensorVector(tensors), dim);
    }
}
