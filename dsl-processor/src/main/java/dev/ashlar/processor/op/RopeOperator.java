package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;

/** Rotary position embedding (Su et al., 2021), halves of the last dimension rotated as in LLaMA. Linear: a partial sum passes. */
final class RopeOperator implements Operator {
    private static final Rule RULE =
            Rule.parse("~b h s! (two! i!) -> b h s! (two! i!)"); // a shard of s would rotate from position 0

    @Override
    public String kind() {
        return "rope";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        Checks.positive(attributes, "theta", "LLaMA's is 10000");
        return Signature.of(RULE, List.of(), Map.of("two", Dim.of(2)));
    }

    /** Two products and a sum each way; sines and cosines come from a table. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 3, 3);
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, f.call("rope", Result.of("", f.outputType(0)), f.input(0), theta(f)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        Result dx = Result.of("xGradient", g.inputType(0));
        g.inputGradient(0, g.call("ropeBackward", dx, g.outputGradient(0), theta(g)));
    }

    private static Argument theta(KernelBuilder b) {
        return Argument.of(b.attributes().real("theta"));
    }
}
