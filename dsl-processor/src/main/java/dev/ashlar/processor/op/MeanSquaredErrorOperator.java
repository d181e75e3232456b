package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;

/**
 * Mean of the squared differences. One kernel divides by the number of elements it gets, so nothing may be sharded; another by that of the
 * whole.
 */
final class MeanSquaredErrorOperator implements Operator {
    private static final Rule RULE = Rule.parse("x*!, x*! -> ");

    /** Every device's squares over the number of all elements. */
    private static final Rule IN_PARTS = Rule.parse("x*+, x*+ -> ");

    @Override
    public String kind() {
        return "mean_squared_error";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"), Port.required("targets"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return new Signature(RULE, List.of(), Map.of(), List.of(Element.FLOAT32));
    }

    @Override
    public boolean lossIsMean() {
        return true;
    }

    @Override
    public List<Rule> furtherRules(Attributes attributes, int inputs) {
        return List.of(IN_PARTS);
    }

    /** Difference, square and sum forward; difference and product for either gradient. Forward holds the differences, in 32 bits. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long bytes = (Workspaces.widens(shapes) ? 3L : 1L)
                * Float.BYTES
                * shapes.input().elements();
        return Work.pointwise(shapes.input(), 3, 3).workspace(bytes, 0);
    }

    @Override
    public void forward(ForwardBuilder f) {
        Result loss = Result.of("", f.outputType(0));
        f.output(
                0,
                f.kernel() == 0
                        ? f.call("meanSquaredError", loss, f.input(0), f.input(1))
                        : f.call("meanSquaredError", loss, f.input(0), f.input(1), elements(f)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        for (int i = 0; i < 2; i++) {
            if (g.needsInput(i)) {
                Result result = Result.of(ports().get(i).name() + "Gradient", g.inputType(i));
                // the difference turns its sign when the operands swap, and with it the gradient its owner
                Handle dloss = g.outputGradient(0);
                Handle x = g.input(i);
                Handle other = g.input(1 - i);
                g.inputGradient(
                        i,
                        g.kernel() == 0
                                ? g.call("meanSquaredErrorBackward", result, dloss, x, other)
                                : g.call("meanSquaredErrorBackward", result, dloss, x, other, elements(g)));
            }
        }
    }

    /** Those of all devices. */
    private static Argument elements(KernelBuilder b) {
        long elements = 1;
        TensorType part = b.inputType(0);
        for (int i = 0; i < part.rank(); i++) {
            elements *= b.shard("x" + i).map(KernelBuilder.Shard::wholeSize).orElse(part.size(i));
        }
        return Argument.of(elements);
    }
}
