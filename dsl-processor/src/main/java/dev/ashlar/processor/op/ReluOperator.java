package dev.ashlar.processor.op;

import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Optional;

/** {@code max(x, 0)}. Point-wise: any dimension may be sharded. */
final class ReluOperator implements Operator {
    private static final Rule RULE = Rule.parse("x* -> x*"); // not linear: a partial sum may not pass

    @Override
    public String kind() {
        return "relu";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return Signature.of(RULE);
    }

    /** One comparison each way. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 1, 1);
    }

    @Override
    public Optional<Term> pointwise(Attributes attributes, int inputs) {
        return Optional.of(Term.of(Function.RELU, new Term.Input(0)));
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, f.call("relu", Result.of("", f.outputType(0)), f.input(0)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        g.inputGradient(
                0, g.call("reluBackward", Result.of("xGradient", g.inputType(0)), g.outputGradient(0), g.output(0)));
    }
}
