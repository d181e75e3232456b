package dev.ashlar.processor.op;

import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Optional;

/** Multiplies by a constant. Linear: a partial sum passes. */
final class ScaleOperator implements Operator {
    private static final Rule RULE = Rule.parse("~x* -> x*");

    @Override
    public String kind() {
        return "scale";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        Checks.finite(attributes, "value", "leave the operator out to pass the tensor on");
        return Signature.of(RULE);
    }

    /** One product each way. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 1, 1);
    }

    @Override
    public Optional<Term> pointwise(Attributes attributes, int inputs) {
        return Optional.of(Term.of(Function.SCALE, attributes.real("value"), new Term.Input(0)));
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(
                0,
                f.call(
                        "scale",
                        Result.of("", f.outputType(0)),
                        f.input(0),
                        Argument.of(f.attributes().real("value"))));
    }

    @Override
    public void gradient(GradientBuilder g) {
        g.inputGradient(
                0,
                g.call(
                        "scale",
                        Result.of("xGradient", g.inputType(0)),
                        g.outputGradient(0),
                        Argument.of(g.attributes().real("value"))));
    }
}
