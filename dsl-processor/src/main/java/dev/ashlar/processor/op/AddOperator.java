package dev.ashlar.processor.op;

import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Sum of two or more tensors of one shape. Jointly linear: it passes a partial sum if all of them are partial. */
final class AddOperator implements Operator {
    @Override
    public String kind() {
        return "add";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.variadic("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return Signature.of(Rule.parse(String.join(", ", Collections.nCopies(inputs, "&x*")) + " -> x*"));
    }

    /** One sum for every tensor but the first; backward passes the gradient on. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), shapes.inputs().size() - 1, 0);
    }

    @Override
    public Optional<Term> pointwise(Attributes attributes, int inputs) {
        Term sum = new Term.Input(0);
        for (int i = 1; i < inputs; i++) {
            sum = Term.of(Function.ADD, sum, new Term.Input(i));
        }
        return Optional.of(sum);
    }

    @Override
    public void forward(ForwardBuilder f) {
        Handle sum = f.input(0);
        for (int i = 1; i < f.inputs(); i++) {
            String name = i + 1 < f.inputs() ? "sum" + i : "";
            sum = f.call("add", Result.of(name, f.outputType(0)), sum, f.input(i));
        }
        f.output(0, sum);
    }

    @Override
    public void gradient(GradientBuilder g) {
        for (int i = 0; i < g.inputs(); i++) {
            if (g.needsInput(i)) {
                g.inputGradient(i, g.outputGradient(0));
            }
        }
    }
}
