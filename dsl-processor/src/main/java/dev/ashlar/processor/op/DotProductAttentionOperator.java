package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;

/**
 * Scaled dot-product attention; query head i uses key and value head {@code i/(h/g)}. Positions stay whole: the kernel's causal mask
 * knows no offset.
 */
final class DotProductAttentionOperator implements Operator {
    private static final Rule RULE = Rule.parse("b (g r!) s! e!, b g t! e!, b g t! f! -> b (g r!) s! f!");

    @Override
    public String kind() {
        return "dot_product_attention";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("q"), Port.required("k"), Port.required("v"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        double scale = Checks.finite(attributes, "scale", "0 stands for 1/sqrt(e)");
        if (scale < 0) {
            throw Checks.bad(
                    attributes, "scale", "scale is " + scale + ", but must not be negative; 0 stands for 1/sqrt(e)");
        }
        return Signature.of(RULE);
    }

    /**
     * For every pair of query and key that is not masked: forward a product and a sum for each element of key and value, and five for
     * the softmax; backward the scores anew, and a product and a sum for each element of the gradients of query, key, value and weights,
     * and eight for the softmax. {@link AttentionWorkspace} has the memory.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long key = shapes.inputs().get(1).size(3);
        long value = shapes.inputs().get(2).size(3);
        long pairs = pairs(attributes, shapes);
        return Work.flops(
                        Math.multiplyExact(pairs, 2 * (key + value) + 5),
                        Math.multiplyExact(pairs, 2 * (3 * key + 2 * value) + 8))
                .workspace(AttentionWorkspace.forwardBytes(shapes), AttentionWorkspace.backwardBytes(shapes));
    }

    /** Kernels work on tiles of queries and keys: short ones fill them less, and exponentials weigh more beside narrow heads. */
    @Override
    public List<String> rateSizes() {
        return List.of("keys", "headSize");
    }

    @Override
    public List<Long> rateSizes(Shapes shapes) {
        TensorType key = shapes.inputs().get(1);
        return List.of(key.size(2), key.size(3));
    }

    private static long pairs(Attributes attributes, Shapes shapes) {
        TensorType q = shapes.input();
        long queries = q.size(2);
        long keys = shapes.inputs().get(1).size(2);
        long heads = Math.multiplyExact(q.size(0), q.size(1));
        if (!attributes.flag("causal")) {
            return Math.multiplyExact(heads, Math.multiplyExact(queries, keys));
        }
        long triangle = Math.min(queries, keys);
        long below = Math.max(0, queries - keys);
        return Math.multiplyExact(heads, Math.multiplyExact(triangle, triangle + 1) / 2 + below * keys);
    }

    @Override
    public void forward(ForwardBuilder f) {
        TensorType out = f.outputType(0);
        TensorType logSumExp = new TensorType(out.dims().subList(0, 3), Element.FLOAT32);
        List<Handle> made = f.calls(
                "attention",
                List.of(Result.of("", out), Result.of("logSumExp", logSumExp)),
                f.input(0),
                f.input(1),
                f.input(2),
                causal(f),
                scale(f));
        f.output(0, made.get(0));
        f.keep("logSumExp", made.get(1));
    }

    @Override
    public void gradient(GradientBuilder g) {
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            results.add(Result.of(ports().get(i).name() + "Gradient", g.inputType(i))); // the kernel makes all three
        }
        List<Handle> made = g.calls(
                "attentionBackward",
                results,
                g.outputGradient(0),
                g.input(0),
                g.input(1),
                g.input(2),
                g.output(0),
                g.kept("logSumExp"),
                causal(g),
                scale(g));
        for (int i = 0; i < 3; i++) {
            if (g.needsInput(i)) {
                g.inputGradient(i, made.get(i));
            }
        }
    }

    private static Argument causal(KernelBuilder b) {
        return Argument.of(b.attributes().flag("causal"));
    }

    private static Argument scale(KernelBuilder b) {
        double scale = b.attributes().real("scale");
        return Argument.of(scale == 0 ? 1 / Math.sqrt((double) b.inputType(0).size(3)) : scale);
    }
}
