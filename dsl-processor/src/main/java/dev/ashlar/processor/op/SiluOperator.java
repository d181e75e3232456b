package dev.ashlar.processor.op;

import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Optional;

/** {@code x·sigmoid(x)} (Hendrycks and Gimpel, 2016). Point-wise: any dimension may be sharded. */
final class SiluOperator implements Operator {
    private static final Rule RULE = Rule.parse("x* -> x*"); // not linear: a partial sum may not pass

    @Override
    public String kind() {
        return "silu";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return Signature.of(RULE);
    }

    /** Forward negation, exponential, sum, quotient; backward {@code s·(1 + x·(1 - s))·dy} with s computed anew. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 4, 8);
    }

    @Override
    public Optional<Term> pointwise(Attributes attributes, int inputs) {
        return Optional.of(Term.of(Function.SILU, new Term.Input(0)));
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, f.call("silu", Result.of("", f.outputType(0)), f.input(0)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        g.inputGradient(
                0, g.call("siluBackward", Result.of("xGradient", g.inputType(0)), g.outputGradient(0), g.input(0)));
    }
}
