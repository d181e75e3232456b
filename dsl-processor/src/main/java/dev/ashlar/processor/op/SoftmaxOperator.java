package dev.ashlar.processor.op;

import java.util.List;

/** Softmax over the last dimension, which stays whole. */
final class SoftmaxOperator implements Operator {
    private static final Rule RULE = Rule.parse("b* v! -> b* v!");

    @Override
    public String kind() {
        return "softmax";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return Signature.of(RULE);
    }

    /** Maximum, difference, exponential, sum and quotient forward; {@code y·(dy - sum(dy·y))} backward. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 5, 4);
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, f.call("softmax", Result.of("", f.outputType(0)), f.input(0), Argument.of(-1L)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        g.inputGradient(
                0,
                g.call(
                        "softmaxBackward",
                        Result.of("xGradient", g.inputType(0)),
                        g.outputGradient(0),
                        g.output(0),
                        Argument.of(-1L)));
    }
}
