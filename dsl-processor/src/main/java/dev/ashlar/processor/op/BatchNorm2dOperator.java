package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Batch normalisation of every channel (Ioffe and Szegedy, 2015). Only channels may be sharded, since a shard of the batch would
 * normalise with statistics of its own, unless a kernel in parts reduces the statistics in between. Forward updates the running statistics.
 */
final class BatchNorm2dOperator implements Operator {
    private static final Rule RULE = Rule.parse("b! c h! w!, c, c, c, c -> b! c h! w!");

    private static final long FLOAT_BYTES = 4;

    /** Axes over which the statistics go. */
    private static final List<String> AVERAGED = List.of("b", "h", "w");

    private static final Rule IN_PARTS = Rule.parse("b% c h% w%, c, c, c, c -> b% c h% w%");

    @Override
    public String kind() {
        return "batch_norm2d";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        Checks.positive(attributes, "eps", "PyTorch's default is 1e-5");
        Checks.positive(attributes, "momentum", "PyTorch's default is 0.1");
        if (attributes.real("momentum") > 1) {
            throw Checks.bad(
                    attributes,
                    "momentum",
                    "momentum is " + attributes.real("momentum")
                            + ", but the newest batch's share is at most 1; PyTorch's default is 0.1");
        }
        return Signature.of(
                RULE,
                List.of(
                        ParameterDeclaration.vector("weight", 1),
                        ParameterDeclaration.vector("bias", 0),
                        ParameterDeclaration.buffer("running_mean", 0),
                        ParameterDeclaration.buffer("running_var", 1)),
                Map.of());
    }

    @Override
    public List<Rule> furtherRules(Attributes attributes, int inputs) {
        return List.of(IN_PARTS);
    }

    /** Forward the sum and the sum of squares of every channel; backward the sums of the gradient and of its product with the input. */
    @Override
    public List<InnerReduction> reductions(Attributes attributes, String axis, Shapes shapes) {
        long bytes = 2 * FLOAT_BYTES * shapes.input().size(1);
        return List.of(new InnerReduction(true, bytes), new InnerReduction(false, bytes));
    }

    @Override
    public void check(Attributes attributes, Shapes shapes) {
        if (shapes.input().elements() == shapes.input().size(1)) {
            throw Checks.bad(
                    attributes,
                    "",
                    "x " + shapes.input()
                            + " has one value a channel, which has no variance; use a larger batch or image");
        }
    }

    /**
     * Forward mean 1, variance 3, normalisation 2, weight and bias 2; backward the normalised input anew 2, gradients of weight and bias
     * 3, their use 5. Backward copies the input.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        return Work.pointwise(shapes.output(), 8, 10).workspace(0, shapes.bytes(shapes.input()));
    }

    @Override
    public boolean recomputable() {
        return false; // would move the running statistics twice
    }

    @Override
    public void forward(ForwardBuilder f) {
        TensorType statistic = f.parameter(2).type();
        List<Result> results =
                List.of(Result.of("", f.outputType(0)), Result.of("mean", statistic), Result.of("invstd", statistic));
        List<Argument> arguments = new ArrayList<>(List.of(
                f.input(0),
                f.parameter(0),
                f.parameter(1),
                f.parameter(2),
                f.parameter(3),
                Argument.of(f.attributes().real("momentum")),
                Argument.of(f.attributes().real("eps"))));
        if (f.kernel() > 0) {
            arguments.add(f.peers(AVERAGED));
        }
        List<Handle> made = f.calls("batchNorm", results, arguments.toArray(Argument[]::new));
        f.output(0, made.get(0));
        f.keep("mean", made.get(1));
        f.keep("invstd", made.get(2));
    }

    @Override
    public void evaluate(ForwardBuilder f) {
        f.output(
                0,
                f.call(
                        "batchNormEvaluate",
                        Result.of("", f.outputType(0)),
                        f.input(0),
                        f.parameter(0),
                        f.parameter(1),
                        f.parameter(2),
                        f.parameter(3),
                        Argument.of(f.attributes().real("eps"))));
    }

    @Override
    public void gradient(GradientBuilder g) {
        List<Argument> arguments = new ArrayList<>(List.of(
                g.outputGradient(0),
                g.input(0),
                g.parameter(0),
                g.kept("mean"),
                g.kept("invstd"),
                Argument.of(g.attributes().real("eps"))));
        if (g.kernel() > 0) {
            arguments.add(g.peers(AVERAGED));
        }
        Fused.gradients(g, "batchNormBackward", arguments, "weight", "bias");
    }
}
