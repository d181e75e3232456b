package dev.ashlar.processor.op;

import static dev.ashlar.processor.op.OperatorCase.shape;

import dev.ashlar.processor.op.OperatorCase.Reference;
import dev.ashlar.processor.op.OperatorCase.Sketch;
import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Several functions of single elements as one operator, beside the functions of libtorch that say what they mean. */
final class PointwiseCases {
    private static final Term A = new Term.Input(0);
    private static final Term B = new Term.Input(1);
    private static final Term C = new Term.Input(2);
    private static final double P = 0.4;

    private PointwiseCases() {}

    static List<OperatorCase> all() {
        return List.of(
                of(
                        "a gated unit",
                        2,
                        Term.of(Function.MULTIPLY, Term.of(Function.SILU, A), B),
                        r -> torch.silu(x(r, 0)).mul(x(r, 1))),
                of(
                        "a rectified sum",
                        2,
                        Term.of(Function.RELU, Term.of(Function.ADD, A, B)),
                        r -> torch.relu(x(r, 0).add(x(r, 1)))),
                of(
                        "what stands twice",
                        2,
                        Term.of(
                                Function.ADD,
                                Term.of(Function.MULTIPLY, Term.of(Function.TANH, A), B),
                                Term.of(Function.MULTIPLY, Term.of(Function.TANH, A), A)),
                        r -> torch.tanh(x(r, 0)).mul(x(r, 1).add(x(r, 0)))),
                of(
                        "a sum of scaled ones",
                        3,
                        Term.of(
                                Function.ADD,
                                Term.of(Function.SCALE, -0.7, Term.of(Function.ADD, A, B)),
                                Term.of(Function.SCALE, 1e-5, C)),
                        r -> scaled(x(r, 0).add(x(r, 1)), -0.7).add(scaled(x(r, 2), 1e-5))),
                of(
                        "all functions",
                        3,
                        Term.of(
                                Function.SIGMOID,
                                Term.of(
                                        Function.ADD,
                                        Term.of(Function.GELU, Term.of(Function.SIGMOID, A)),
                                        Term.of(
                                                Function.MULTIPLY,
                                                Term.of(Function.GELU_TANH, B),
                                                Term.of(Function.RELU, Term.of(Function.SCALE, 0.5, C))))),
                        r -> torch.sigmoid(torch.gelu(torch.sigmoid(x(r, 0)), "none")
                                .add(torch.gelu(x(r, 1), "tanh").mul(torch.relu(scaled(x(r, 2), 0.5)))))),
                dropped());
    }

    private static Tensor x(Reference r, int index) {
        return r.inputs().get(index);
    }

    private static Tensor scaled(Tensor x, double factor) {
        return x.mul(new Scalar(factor));
    }

    private static OperatorCase of(
            String label, int inputs, Term term, java.util.function.Function<Reference, Tensor> formula) {
        return new OperatorCase(
                "pointwise",
                Optional.of(new PointwiseOperator("pointwise", term, inputs, Optional.empty())),
                label,
                d -> sketch(d, inputs),
                formula,
                formula);
    }

    private static Sketch sketch(Draw d, int inputs) {
        long[] shape = shape(d.size(1, 4), d.size(1, 5), d.size(1, 6));
        return new Sketch(Map.of(), Stream.generate(() -> shape).limit(inputs).toList());
    }

    /** The engine says which elements fall; here only what becomes of them is checked. */
    private static OperatorCase dropped() {
        Term term = Term.of(Function.ADD, A, Term.of(Function.DROPOUT, P, Term.of(Function.GELU_TANH, B)));
        return new OperatorCase(
                "pointwise",
                Optional.of(new PointwiseOperator("pointwise", term, 2, Optional.of("drop"))),
                "a residual sum behind dropout",
                d -> sketch(d, 2),
                r -> {
                    Tensor mask = r.ops().dropout(torch.ones_like(x(r, 1).detach()), P, LiveOperator.KEY);
                    return x(r, 0).add(torch.gelu(x(r, 1), "tanh").mul(mask));
                },
                r -> x(r, 0).add(torch.gelu(x(r, 1), "tanh")));
    }
}
