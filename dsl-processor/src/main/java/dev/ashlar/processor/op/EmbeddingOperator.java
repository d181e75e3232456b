package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A row of the weight for every id. Ids are indices into the rows: a shard of the rows gives 0 for ids it does not hold. */
final class EmbeddingOperator implements Operator {
    private static final Rule RULE = Rule.parse("b* @v+, ~v+ e -> b* e");

    @Override
    public String kind() {
        return "embedding";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return Signature.of(
                RULE,
                List.of(ParameterDeclaration.weight("weight", new Initial.Normal(0.02))),
                Map.of("v", attributes.size("rows"), "e", attributes.size("dim")));
    }

    @Override
    public Element inputElement(int index) {
        return Element.INT64;
    }

    /** A copy forward; backward one sum for every element of the output's gradient. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 0, 1);
    }

    @Override
    public void forward(ForwardBuilder f) {
        Result y = Result.of("", f.outputType(0));
        Optional<KernelBuilder.Shard> rows = f.shard("v");
        f.output(
                0,
                rows.isPresent()
                        ? f.call(
                                "embeddingShard",
                                y,
                                f.input(0),
                                f.parameter(0),
                                rows.get().offset())
                        : f.call("embedding", y, f.input(0), f.parameter(0)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        if (!g.needsParameter(0)) {
            return;
        }
        TensorType weight = g.parameter(0).type();
        Result dw = Result.of("weightGradient", weight);
        Argument count = Argument.of(weight.size(0));
        Optional<KernelBuilder.Shard> rows = g.shard("v");
        g.parameterGradient(
                0,
                rows.isPresent()
                        ? g.call(
                                "embeddingShardWeightGradient",
                                dw,
                                g.outputGradient(0),
                                g.input(0),
                                count,
                                rows.get().offset())
                        : g.call("embeddingWeightGradient", dw, g.outputGradient(0), g.input(0), count));
    }
}
