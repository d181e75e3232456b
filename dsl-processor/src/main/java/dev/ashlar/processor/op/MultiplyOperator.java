package dev.ashlar.processor.op;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Optional;

/** Product, element by element, of two tensors of one shape. Linear in either alone. */
final class MultiplyOperator implements Operator {
    private static final Rule RULE = Rule.parse("~x*, ~x* -> x*");

    @Override
    public String kind() {
        return "multiply";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.variadic("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        if (inputs != 2) {
            throw attributes.error(
                    "",
                    Code.UNKNOWN_PORT,
                    "@Multiply takes two tensors but gets " + inputs + "; multiply the others one after the other");
        }
        return Signature.of(RULE);
    }

    /** One product forward, one for either gradient. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 1, 2);
    }

    @Override
    public Optional<Term> pointwise(Attributes attributes, int inputs) {
        return Optional.of(Term.of(Function.MULTIPLY, new Term.Input(0), new Term.Input(1)));
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, f.call("multiply", Result.of("", f.outputType(0)), f.input(0), f.input(1)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        for (int i = 0; i < 2; i++) {
            if (g.needsInput(i)) {
                Result result = Result.of((i == 0 ? "left" : "right") + "Gradient", g.inputType(i));
                g.inputGradient(i, g.call("multiply", result, g.outputGradient(0), g.input(1 - i)));
            }
        }
    }
}
