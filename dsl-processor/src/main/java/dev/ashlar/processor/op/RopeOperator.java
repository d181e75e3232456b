package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rotary position embedding (Su et al., 2021), halves of the last dimension rotated as in LLaMA. Linear: a partial sum passes. A shard
 * of the positions is told where it starts.
 */
final class RopeOperator implements Operator {
    private static final Rule RULE = Rule.parse("~b h s^ (two! i!) -> b h s^ (two! i!)");

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

    /** A sine and a cosine for every position and pair of a head. */
    @Override
    public List<Table> tables(Attributes attributes, Shapes shapes) {
        long positions = shapes.input().size(2);
        long size = shapes.input().size(3);
        String key = positions + " " + size + " " + attributes.real("theta");
        return List.of(new Table(key, Math.multiplyExact(positions, size) * shapes.computeBytes()));
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, rotate(f, "rope", Result.of("", f.outputType(0)), f.input(0)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        Result dx = Result.of("xGradient", g.inputType(0));
        g.inputGradient(0, rotate(g, "ropeBackward", dx, g.outputGradient(0)));
    }

    private static Handle rotate(KernelBuilder b, String kernel, Result result, Handle x) {
        Argument theta = Argument.of(b.attributes().real("theta"));
        Optional<KernelBuilder.Shard> positions = b.shard("s");
        return positions.isPresent()
                ? b.call(kernel, result, x, theta, positions.get().offset())
                : b.call(kernel, result, x, theta);
    }
}
