package dev.ashlar.processor.op;

import java.util.List;

/** Merges all dimensions but the first: {@code [b, c, h, w]} becomes {@code [b, c*h*w]}. */
final class FlattenOperator implements Operator {
    private static final Rule RULE = Rule.parse("~b c x*! -> b (c x*!)");

    @Override
    public String kind() {
        return "flatten";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return Signature.of(RULE);
    }

    /** None: it is a view where the input is contiguous, else a copy. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.flops(0, 0);
    }

    @Override
    public void forward(ForwardBuilder f) {
        Result y = Result.view("", f.outputType(0));
        f.output(0, f.call("reshape", y, f.input(0), Argument.of(y.type().sizes())));
    }

    @Override
    public void gradient(GradientBuilder g) {
        Result dx = Result.view("xGradient", g.inputType(0));
        g.inputGradient(
                0,
                g.call("reshape", dx, g.outputGradient(0), Argument.of(dx.type().sizes())));
    }
}
