package dev.ashlar.processor.op;

import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Optional;

/** Gaussian error linear unit (Hendrycks and Gimpel, 2016), tanh form or exact. Point-wise: any dimension may be sharded. */
final class GeluOperator implements Operator {
    private static final Rule RULE = Rule.parse("x* -> x*"); // not linear: a partial sum may not pass

    @Override
    public String kind() {
        return "gelu";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return Signature.of(RULE);
    }

    /** Counted from the tanh form, with tanh as one. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 8, 13);
    }

    @Override
    public Optional<Term> pointwise(Attributes attributes, int inputs) {
        Function form = attributes.text("form").equals("TANH") ? Function.GELU_TANH : Function.GELU;
        return Optional.of(Term.of(form, new Term.Input(0)));
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(
                0,
                f.call(
                        "gelu",
                        Result.of("", f.outputType(0)),
                        f.input(0),
                        Argument.of(f.attributes().text("form").equals("TANH"))));
    }

    @Override
    public void gradient(GradientBuilder g) {
        g.inputGradient(
                0,
                g.call(
                        "geluBackward",
                        Result.of("xGradient", g.inputType(0)),
                        g.outputGradient(0),
                        g.input(0),
                        Argument.of(g.attributes().text("form").equals("TANH"))));
    }
}
