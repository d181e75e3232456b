package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Mean negative log-likelihood of the targets under a softmax over the last dimension. One kernel makes the maximum, the sum and the
 * mean over valid targets, so nothing may be sharded, unless a kernel in parts reduces these in between.
 */
final class CrossEntropyOperator implements Operator {
    private static final Rule RULE = Rule.parse("t*! v!, t*! @v -> ");

    /** Logits of a run of the kernel. */
    private static final long RUN = 1 << 18;

    private static final Rule IN_PARTS = Rule.parse("t*% v%, t*% @v -> ");

    @Override
    public String kind() {
        return "cross_entropy";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("logits"), Port.required("targets"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        Checks.share(attributes, "labelSmoothing", "0 turns smoothing off");
        return new Signature(RULE, List.of(), Map.of(), List.of(Element.FLOAT32));
    }

    @Override
    public List<Rule> furtherRules(Attributes attributes, int inputs) {
        return List.of(IN_PARTS);
    }

    /**
     * Over tokens the loss and the number of valid targets; over the vocabulary the maximum, then the sum of exponentials and the
     * target's logit, and the sum of logits where labels are smoothed. Backward needs no more than that.
     */
    @Override
    public List<InnerReduction> reductions(Attributes attributes, String axis, Shapes shapes) {
        if (!axis.equals("v")) {
            return List.of(new InnerReduction(true, 2 * Float.BYTES));
        }
        long tokens = shapes.inputs().get(1).elements();
        int sums = attributes.real("labelSmoothing") == 0 ? 2 : 3;
        return List.of(
                new InnerReduction(true, Float.BYTES * tokens), new InnerReduction(true, sums * Float.BYTES * tokens));
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
     * Forward maximum, difference, exponential, sum and difference for every logit; backward exponential, difference and product. Beside
     * the results stand a few numbers a target, and in bfloat16 a run of 32-bit logits.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long logits = shapes.input().elements();
        long targets = shapes.inputs().get(1).elements();
        long run = Workspaces.widens(shapes) ? Float.BYTES * Math.min(logits, RUN) : 0;
        long sum = attributes.real("labelSmoothing") > 0 ? Float.BYTES : 0;
        return Work.pointwise(shapes.input(), 5, 3)
                .workspace(
                        Math.max(20 * targets + sum, run),
                        Math.max(20 * targets + sum, 16 * targets + Float.BYTES + run));
    }

    @Override
    public void forward(ForwardBuilder f) {
        List<Result> results = List.of(
                Result.of("", f.outputType(0)),
                Result.of("logProbabilities", f.inputType(0).as(Element.FLOAT32)),
                Result.of("weight", f.outputType(0)));
        List<Handle> made = f.kernel() == 0
                ? f.calls("crossEntropy", results, f.input(0), f.input(1), ignoreIndex(f), smoothing(f))
                : f.calls(
                        "crossEntropy",
                        results,
                        f.input(0),
                        f.input(1),
                        ignoreIndex(f),
                        smoothing(f),
                        offset(f),
                        classes(f),
                        tokenPeers(f),
                        f.peers(List.of("v")));
        f.output(0, made.get(0));
        f.keep("logProbabilities", made.get(1));
        f.keep("weight", made.get(2));
    }

    @Override
    public void gradient(GradientBuilder g) {
        if (!g.needsInput(0)) {
            return;
        }
        List<Argument> arguments = new ArrayList<>(List.of(
                g.outputGradient(0),
                g.kept("logProbabilities"),
                g.input(1),
                g.kept("weight"),
                ignoreIndex(g),
                smoothing(g)));
        if (g.kernel() > 0) {
            arguments.addAll(List.of(offset(g), classes(g)));
        }
        Result gradient = Result.of("logitsGradient", g.inputType(0));
        g.inputGradient(0, g.call("crossEntropyBackward", gradient, arguments.toArray(Argument[]::new)));
    }

    /** The first class that this device has logits of. */
    private static Argument offset(KernelBuilder b) {
        return b.shard("v").map(KernelBuilder.Shard::offset).orElseGet(() -> Argument.of(0));
    }

    /** The number of classes of all devices. */
    private static Argument classes(KernelBuilder b) {
        return Argument.of(b.shard("v")
                .map(KernelBuilder.Shard::wholeSize)
                .orElse(b.inputType(0).size(-1)));
    }

    /** The devices that have other targets: those of all dimensions together. */
    private static Argument tokenPeers(KernelBuilder b) {
        return b.peers(
                IntStream.range(0, b.inputType(1).rank()).mapToObj(i -> "t" + i).toList());
    }

    private static Argument ignoreIndex(KernelBuilder b) {
        return Argument.of(b.attributes().whole("ignoreIndex"));
    }

    private static Argument smoothing(KernelBuilder b) {
        return Argument.of(b.attributes().real("labelSmoothing"));
    }
}
