package dev.ashlar.processor.op;

import dev.ashlar.processor.diagnostic.Code;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Splits, reorders and merges dimensions by a pattern, as in einops. Linear: a partial sum passes. */
final class RearrangeOperator implements Operator {
    @Override
    public String kind() {
        return "rearrange";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        Rule rule = pattern(attributes).rule();
        Map<String, Dim> sizes = attributes.sizes("sizes");
        for (String name : new TreeSet<>(sizes.keySet())) {
            if (!rule.axes().contains(name)) {
                throw Checks.bad(
                        attributes,
                        "sizes",
                        "'" + name + "' is no axis of \"" + attributes.text("value") + "\"; its axes are "
                                + String.join(", ", rule.axes()));
            }
        }
        return Signature.of(rule, List.of(), sizes);
    }

    private static RearrangePattern pattern(Attributes attributes) {
        try {
            return RearrangePattern.parse(attributes.text("value"));
        } catch (RuleSyntaxException e) {
            throw attributes.error(
                    "value",
                    Code.BAD_EXPRESSION,
                    "the pattern cannot be read: " + e.getMessage() + "; write it as in \"b s (h e) -> b h s e\"\n"
                            + e.drawn());
        }
    }

    /** None: it is a view where strides allow, else a copy. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.flops(0, 0);
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, rearrange(f, Result.view("", f.outputType(0)), f.input(0), moves(f)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        Result dx = Result.view("xGradient", g.inputType(0));
        g.inputGradient(
                0, rearrange(g, dx, g.outputGradient(0), moves(g).back(dx.type().sizes())));
    }

    private static RearrangePattern.Moves moves(KernelBuilder b) {
        return pattern(b.attributes())
                .moves(b.inputType(0), b.outputType(0), b.attributes().sizes("sizes"));
    }

    private static Handle rearrange(KernelBuilder b, Result result, Handle x, RearrangePattern.Moves moves) {
        return b.call(
                "rearrange",
                result,
                x,
                Argument.of(moves.split()),
                Argument.of(moves.order()),
                Argument.of(moves.merge()));
    }
}
