package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;

/** Division by the root mean square of the last dimension (Zhang and Sennrich, 2019), which stays whole. */
final class RmsNormOperator implements Operator {
    private static final Rule RULE = Rule.parse("b* d!, d! -> b* d!");

    /** Single numbers that the point-wise kernels get as tensors. */
    private static final long NUMBERS_BYTES = 16;

    @Override
    public String kind() {
        return "rms_norm";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        Checks.positive(attributes, "eps", "LLaMA's is 1e-6");
        return Signature.of(RULE, List.of(ParameterDeclaration.vector("weight", 1)), Map.of());
    }

    /**
     * Forward mean square 2, quotient 1, weight 1; backward the normalised input anew 1, a weighted mean 3, its use 3, weight 2. It is
     * made of point-wise kernels: backward holds the normalised input and a product; in bfloat16 they and the result are 32-bit, too.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long elements = shapes.output().elements();
        long rows = elements / shapes.output().size(-1);
        boolean wide = Workspaces.widens(shapes);
        return Work.pointwise(shapes.output(), 4, 9)
                .workspace(wide ? 6 * elements : 0, (wide ? 14 : 8) * elements + 4 * rows + NUMBERS_BYTES);
    }

    @Override
    public void forward(ForwardBuilder f) {
        List<Result> results = List.of(
                Result.of("", f.outputType(0)), Result.of("rstd", Norms.statistic(f.outputType(0), Element.FLOAT32)));
        Argument eps = Argument.of(f.attributes().real("eps"));
        List<Handle> made = f.calls("rmsNorm", results, f.input(0), f.parameter(0), eps);
        f.output(0, made.get(0));
        f.keep("rstd", made.get(1));
    }

    @Override
    public void gradient(GradientBuilder g) {
        List<Argument> arguments = List.of(g.outputGradient(0), g.input(0), g.kept("rstd"), g.parameter(0));
        Fused.gradients(g, "rmsNormBackward", arguments, "weight");
    }
}
