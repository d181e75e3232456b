package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Layer normalisation over the last dimension (Ba et al., 2016), which stays whole. */
final class LayerNormOperator implements Operator {
    private static final Rule PLAIN = Rule.parse("b* d!, d! -> b* d!");
    private static final Rule BIASED = Rule.parse("b* d!, d!, d! -> b* d!");

    private final Element statistic;

    /** @param statistic what the device's kernel keeps mean and deviation in */
    LayerNormOperator(Element statistic) {
        this.statistic = statistic;
    }

    @Override
    public String kind() {
        return "layer_norm";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        Checks.positive(attributes, "eps", "PyTorch's default is 1e-5");
        ParameterDeclaration weight = ParameterDeclaration.vector("weight", 1);
        return attributes.flag("bias")
                ? Signature.of(BIASED, List.of(weight, ParameterDeclaration.vector("bias", 0)), Map.of())
                : Signature.of(PLAIN, List.of(weight), Map.of());
    }

    /**
     * Forward mean 1, variance 3, normalisation 2, weight and bias 2; backward the normalised input anew 2, two weighted means 4, their
     * use 4, gradients of weight and bias 3. Each thread sums gradients of weight and bias of its own.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long d = shapes.input().size(-1);
        return Work.pointwise(shapes.output(), 8, 13).workspace(0, Workspaces.THREADS * 2 * d * shapes.computeBytes());
    }

    @Override
    public void forward(ForwardBuilder f) {
        boolean bias = f.attributes().flag("bias");
        TensorType kept = Norms.statistic(f.outputType(0), statistic);
        Argument eps = Argument.of(f.attributes().real("eps"));
        List<Result> results =
                List.of(Result.of("", f.outputType(0)), Result.of("mean", kept), Result.of("rstd", kept));
        List<Handle> made = bias
                ? f.calls("layerNorm", results, f.input(0), f.parameter(0), f.parameter(1), eps)
                : f.calls("layerNorm", results, f.input(0), f.parameter(0), eps);
        f.output(0, made.get(0));
        f.keep("mean", made.get(1));
        f.keep("rstd", made.get(2));
    }

    @Override
    public void gradient(GradientBuilder g) {
        boolean bias = g.attributes().flag("bias");
        List<Argument> arguments = new ArrayList<>(
                List.of(g.outputGradient(0), g.input(0), g.kept("mean"), g.kept("rstd"), g.parameter(0)));
        if (bias) {
            arguments.add(g.parameter(1));
            Fused.gradients(g, "layerNormBackward", arguments, "weight", "bias");
        } else {
            Fused.gradients(g, "layerNormBackward", arguments, "weight");
        }
    }
}
