package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A matrix product over the last dimension, {@code y = x·weightᵀ + bias}, in PyTorch's layout {@code weight [out, in]}. */
final class LinearOperator implements Operator {
    private static final Rule PLAIN = Rule.parse("~b* k+, ~n k+ -> b* n");
    private static final Rule BIASED = Rule.parse("b* k!, n k!, n -> b* n"); // every shard of k would add the bias

    /** What oneDNN mostly packs of a transposed factor at once. */
    private static final long PACKED_BYTES = 1 << 19;

    private static final long PACKED_ROWS = 512;

    /** What it may lose so that either buffer starts at a line. */
    private static final long PACKED_LINES = 128;

    /** Where k is sharded, the first shard's kernel alone adds the bias. */
    private static final Rule BIASED_ONCE = Rule.parse("~b* k+, ~n k+, +n -> b* n");

    @Override
    public String kind() {
        return "linear";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        List<ParameterDeclaration> parameters = new ArrayList<>();
        parameters.add(ParameterDeclaration.weight("weight", new Initial.FanIn()));
        if (attributes.flag("bias")) {
            parameters.add(ParameterDeclaration.bias("bias", new Initial.FanIn()));
        }
        return Signature.of(attributes.flag("bias") ? BIASED : PLAIN, parameters, Map.of("n", attributes.size("out")));
    }

    @Override
    public List<Rule> furtherRules(Attributes attributes, int inputs) {
        return attributes.flag("bias") ? List.of(BIASED_ONCE) : List.of();
    }

    /**
     * A product and a sum for each weight and row; backward the same for either factor. A bias adds one each way. In bfloat16 the weight's
     * gradient packs both its factors.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long product = Math.multiplyExact(
                2 * shapes.output().elements(), shapes.input().size(-1));
        long bias = attributes.flag("bias") ? shapes.output().elements() : 0;
        return Work.flops(product + bias, 2 * product + bias)
                .workspace(Workspaces.packing(shapes, shapes.input().size(-1)), backwardWorkspace(shapes));
    }

    @Override
    public Optional<MatrixProduct> product(Attributes attributes, Shapes shapes) {
        long out = shapes.output().size(-1);
        return Optional.of(new MatrixProduct(
                shapes.output().elements() / out, out, shapes.input().size(-1)));
    }

    private static long backwardWorkspace(Shapes shapes) {
        if (!Workspaces.widens(shapes)) {
            return 0;
        }
        long out = shapes.output().size(-1);
        long rows = shapes.output().elements() / out;
        long transposed = Math.min(shapes.bytes(shapes.output()), PACKED_BYTES);
        return Workspaces.packing(shapes, Math.min(rows, PACKED_ROWS)) + transposed + PACKED_LINES;
    }

    @Override
    public void forward(ForwardBuilder f) {
        Result y = Result.of("", f.outputType(0));
        if (!f.attributes().flag("bias")) {
            f.output(0, f.call("linear", y, f.input(0), f.parameter(0)));
        } else if (f.kernel() == 0) {
            f.output(0, f.call("linear", y, f.input(0), f.parameter(0), f.parameter(1)));
        } else {
            f.output(0, f.call("linear", y, f.input(0), f.parameter(0), f.parameter(1), f.firstAddend()));
        }
    }

    @Override
    public void gradient(GradientBuilder g) {
        Handle dy = g.outputGradient(0);
        if (g.needsInput(0)) {
            Result dx = Result.of("xGradient", g.inputType(0));
            g.inputGradient(0, g.call("linearInputGradient", dx, dy, g.parameter(0)));
        }
        if (g.needsParameter(0)) {
            Result dw = Result.of("weightGradient", g.parameter(0).type());
            g.parameterGradient(0, g.call("linearWeightGradient", dw, dy, g.input(0)));
        }
        if (g.attributes().flag("bias") && g.needsParameter(1)) {
            Result db = Result.of("biasGradient", g.parameter(1).type());
            g.parameterGradient(1, g.call("linearBiasGradient", db, dy));
        }
    }
}
