package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Adds a learned row for each position. A shard of the positions is told which of them it holds. */
final class PositionEmbeddingOperator implements Operator {
    private static final Rule RULE = Rule.parse("b s^ d, p! d -> b s^ d");

    @Override
    public String kind() {
        return "position_embedding";
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
                Map.of("p", attributes.size("rows")));
    }

    @Override
    public void check(Attributes attributes, Shapes shapes) {
        Dim positions = shapes.input().dims().get(1);
        Dim rows = attributes.size("rows");
        if (rows.size() < positions.size()) {
            throw Checks.bad(
                    attributes,
                    "rows",
                    "x " + shapes.input() + " has more positions than there are rows: " + rows + " must be at least "
                            + positions);
        }
    }

    /** One sum forward; backward one for the weight, and the input's gradient is the output's. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 1, 1);
    }

    @Override
    public void forward(ForwardBuilder f) {
        Result y = Result.of("", f.outputType(0));
        Optional<KernelBuilder.Shard> positions = f.shard("s");
        f.output(
                0,
                positions.isPresent()
                        ? f.call(
                                "positionEmbeddingShard",
                                y,
                                f.input(0),
                                f.parameter(0),
                                positions.get().offset())
                        : f.call("positionEmbedding", y, f.input(0), f.parameter(0)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        Handle dy = g.outputGradient(0);
        if (g.needsInput(0)) {
            g.inputGradient(0, dy);
        }
        if (g.needsParameter(0)) {
            TensorType weight = g.parameter(0).type();
            Result dw = Result.of("weightGradient", weight);
            Argument rows = Argument.of(weight.size(0));
            Optional<KernelBuilder.Shard> positions = g.shard("s");
            g.parameterGradient(
                    0,
                    positions.isPresent()
                            ? g.call(
                                    "positionEmbeddingShardWeightGradient",
                                    dw,
                                    dy,
                                    rows,
                                    positions.get().offset())
                            : g.call("positionEmbeddingWeightGradient", dw, dy, rows));
        }
    }
}
