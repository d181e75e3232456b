package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * A linear head and the cross-entropy of its logits as one: for one chunk of tokens after the other forward makes logits, loss, and the
 * gradients of x, weight and bias, in memory for the logits of one chunk. Backward multiplies these gradients by that of the loss. No
 * annotation asks for it: the planner puts it in the place of the two.
 *
 * <p>Gradients of the weight are added over chunks in the compute type. Tokens may be sharded: devices reduce the number of targets that
 * count before the first chunk, and the loss behind the last; each is left with addends of the gradients of weight and bias. The
 * vocabulary is not.
 */
public final class LinearCrossEntropyOperator implements Operator {
    private static final Rule PLAIN = Rule.parse("t*! k!, t*! @v, v! k! -> ");
    private static final Rule BIASED = Rule.parse("t*! k!, t*! @v, v! k!, v! -> ");

    private static final Rule PLAIN_IN_PARTS = Rule.parse("t*% k!, t*% @v, v! k! -> ");
    private static final Rule BIASED_IN_PARTS = Rule.parse("t*% k!, t*% @v, v! k!, v! -> ");

    /** Bytes of a token's places and sums. */
    private static final long TOKEN_BYTES = 24;

    private static final long SCALAR_BYTES = 4 * Float.BYTES;

    /** What oneDNN packs of a transposed factor at once, as for a linear. */
    private static final long PACKED_BYTES = 1 << 19;

    private static final long PACKED_ROWS = 512;

    /** Times that the kernel goes over a chunk's logits beside its products. */
    private static final int PASSES = 8;

    /** Calls of libtorch for a chunk. */
    private static final int CALLS = 16;

    private final long chunks;
    private final boolean bias;
    private final Dim classes;
    private final boolean onePass;

    /**
     * A head that is given its weight, and its bias if it has one.
     *
     * @param chunks of the tokens, of equal size but for the last
     * @param classes size of the vocabulary
     * @param onePass whether logits become gradients in one pass over them, as CUDA's kernel does it, and without a wider copy
     */
    public LinearCrossEntropyOperator(long chunks, boolean bias, Dim classes, boolean onePass) {
        this.chunks = chunks;
        this.bias = bias;
        this.classes = classes;
        this.onePass = onePass;
    }

    @Override
    public String kind() {
        return "linear_cross_entropy";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"), Port.required("targets"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        List<ParameterDeclaration> parameters = new ArrayList<>();
        parameters.add(ParameterDeclaration.weight("weight", new Initial.FanIn()));
        if (bias) {
            parameters.add(ParameterDeclaration.bias("bias", new Initial.FanIn()));
        }
        return new Signature(bias ? BIASED : PLAIN, parameters, Map.of("v", classes), List.of(Element.FLOAT32));
    }

    @Override
    public List<Rule> furtherRules(Attributes attributes, int inputs) {
        return List.of(bias ? BIASED_IN_PARTS : PLAIN_IN_PARTS);
    }

    /** The number of targets that count, then the loss. */
    @Override
    public List<InnerReduction> reductions(Attributes attributes, String axis, Shapes shapes) {
        return List.of(new InnerReduction(true, Float.BYTES), new InnerReduction(true, Float.BYTES));
    }

    @Override
    public boolean declaresParameters() {
        return false;
    }

    /** Its gradients are there as soon as its loss is. */
    @Override
    public boolean recomputable() {
        return false;
    }

    @Override
    public boolean lossIsMean() {
        return true;
    }

    @Override
    public Element inputElement(int index) {
        return index == 1 ? Element.INT64 : Element.COMPUTE;
    }

    @Override
    public OptionalLong ignoredId(Attributes attributes, int input) {
        return OptionalLong.of(attributes.whole("ignoreIndex"));
    }

    /**
     * Three products; for every logit maximum, difference, exponential, sum and product, and a sum for the bias either way; a product for
     * every element of the gradients backward. The logits of a chunk are there once, in bfloat16 once more in 32 bits.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long tokens = shapes.inputs().get(1).elements();
        long width = shapes.input().size(-1);
        long rows = rows(tokens);
        long logits = Math.multiplyExact(tokens, classes.size());
        long gradients = shapes.input().elements() + Math.multiplyExact(classes.size(), width);
        long flops = Math.addExact(Math.multiplyExact(6 * logits, width), (bias ? 7 : 5) * logits);
        return Work.flops(flops, gradients)
                .workspace(Math.max(workspace(shapes, rows), 20 * tokens), 0)
                .inside(
                        passBytes(logits, shapes.computeBytes()) + 2 * gradients * shapes.computeBytes(),
                        Math.toIntExact(CALLS * count(tokens)));
    }

    private long passBytes(long logits, long computeBytes) {
        return onePass ? 2 * logits * computeBytes : PASSES * logits * Float.BYTES;
    }

    /**
     * Beside a chunk's logits either 32-bit ones, places and sums of its tokens; or what a product takes; or a sum for the bias. The loss
     * and the number of targets are there throughout.
     */
    private long workspace(Shapes shapes, long rows) {
        long logits = Math.multiplyExact(rows, classes.size()) * shapes.computeBytes();
        long width = shapes.input().size(-1);
        long wide = Workspaces.widens(shapes) && !onePass ? 2 * logits : 0;
        long packed = Workspaces.widens(shapes) && !onePass
                ? Math.max(
                        Workspaces.packing(shapes, Math.max(width, classes.size())),
                        Workspaces.packing(shapes, Math.min(rows, PACKED_ROWS))
                                + Math.min(logits, PACKED_BYTES)
                                + Math.min(rows * width * shapes.computeBytes(), PACKED_BYTES))
                : 0;
        long sum = bias ? classes.size() * shapes.computeBytes() : 0;
        return logits + Math.max(wide + TOKEN_BYTES * rows, Math.max(packed, sum)) + SCALAR_BYTES;
    }

    /** Logits and both gradients, chunk by chunk. */
    @Override
    public List<MatrixProduct> innerProducts(Attributes attributes, Shapes shapes) {
        long tokens = shapes.inputs().get(1).elements();
        long width = shapes.input().size(-1);
        List<MatrixProduct> products = new ArrayList<>();
        for (long from = 0; from < tokens; from += rows(tokens)) {
            long rows = Math.min(rows(tokens), tokens - from);
            products.add(new MatrixProduct(rows, classes.size(), width));
            products.add(new MatrixProduct(rows, width, classes.size()));
            products.add(new MatrixProduct(classes.size(), width, rows));
        }
        return products;
    }

    /** Tokens of a chunk. */
    private long rows(long tokens) {
        return Math.max(1, (tokens + chunks - 1) / chunks);
    }

    private long count(long tokens) {
        return (tokens + rows(tokens) - 1) / rows(tokens);
    }

    @Override
    public void forward(ForwardBuilder f) {
        List<Result> results = new ArrayList<>();
        results.add(Result.of("", f.outputType(0)));
        results.add(Result.of("xGradient", f.inputType(0)));
        results.add(Result.of("weightGradient", f.parameter(0).type()));
        if (bias) {
            results.add(Result.of("biasGradient", f.parameter(1).type()));
        }
        List<Handle> made = f.calls("linearCrossEntropy", results, arguments(f));
        f.output(0, made.get(0));
        for (int i = 1; i < results.size(); i++) {
            f.keep(results.get(i).name(), made.get(i));
        }
    }

    @Override
    public void evaluate(ForwardBuilder f) {
        f.output(0, f.call("linearCrossEntropyLoss", Result.of("", f.outputType(0)), arguments(f)));
    }

    private Argument[] arguments(ForwardBuilder f) {
        List<Argument> arguments = new ArrayList<>(List.of(f.input(0), f.input(1), f.parameter(0)));
        if (bias) {
            arguments.add(f.parameter(1));
        }
        arguments.add(Argument.of(f.attributes().whole("ignoreIndex")));
        arguments.add(Argument.of(f.attributes().real("labelSmoothing")));
        arguments.add(Argument.of(rows(f.inputType(1).elements())));
        if (f.kernel() > 0) {
            arguments.add(f.peers(IntStream.range(0, f.inputType(1).rank())
                    .mapToObj(i -> "t" + i)
                    .toList()));
        }
        return arguments.toArray(Argument[]::new);
    }

    @Override
    public void gradient(GradientBuilder g) {
        Handle scale = g.outputGradient(0);
        g.inputGradient(0, scaled(g, "xGradient", scale));
        g.parameterGradient(0, scaled(g, "weightGradient", scale));
        if (bias) {
            g.parameterGradient(1, scaled(g, "biasGradient", scale));
        }
    }

    private static Handle scaled(GradientBuilder g, String kept, Handle scale) {
        Handle gradient = g.kept(kept);
        return g.call("scaleInPlace", Result.view(kept + "Scaled", gradient.type()), gradient, scale);
    }
}
