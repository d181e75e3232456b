package dev.ashlar.processor.op;

import java.util.List;

/** Mean over height and width, which stay whole. Linear: a partial sum passes. */
final class GlobalAvgPool2dOperator implements Operator {
    private static final Rule RULE = Rule.parse("~b c h! w! -> b c");

    @Override
    public String kind() {
        return "global_avg_pool2d";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return Signature.of(RULE);
    }

    /** One sum an element forward, one product backward. In bfloat16 forward sums a 32-bit copy. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long copy = Workspaces.widens(shapes) ? Float.BYTES * shapes.input().elements() : 0;
        return Work.pointwise(shapes.input(), 1, 1).workspace(copy, shapes.bytes(shapes.output()));
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, f.call("globalAvgPool2d", Result.of("", f.outputType(0)), f.input(0)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        TensorType x = g.inputType(0);
        Result dx = Result.of("xGradient", x);
        g.inputGradient(
                0,
                g.call(
                        "globalAvgPool2dBackward",
                        dx,
                        g.outputGradient(0),
                        Argument.of(x.size(2)),
                        Argument.of(x.size(3))));
    }
}
