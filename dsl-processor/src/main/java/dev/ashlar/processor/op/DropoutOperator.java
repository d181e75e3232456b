package dev.ashlar.processor.op;

import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Zeroes elements with probability p and scales the rest by {@code 1/(1-p)}. The mask is a hash of the key and the index in the
 * whole tensor, made anew backward: nothing is saved, and any part of it drops what the whole does. For a given mask it is linear: a partial
 * sum passes.
 */
final class DropoutOperator implements Operator {
    private static final Rule RULE = Rule.parse("~x*^ -> x*^");

    /** Elements of a run of the kernel. */
    private static final long RUN = 1 << 15;

    @Override
    public String kind() {
        return "dropout";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        Checks.share(attributes, "p", "0.1 is a usual value");
        return Signature.of(RULE);
    }

    /**
     * The hash of an index takes about ten whole-number operations, the product one, in either direction. The kernel goes by runs of
     * elements, for which it holds two hashes and a mask.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        if (attributes.real("p") == 0) {
            return Work.flops(0, 0);
        }
        long bytes = 9 * Math.min(shapes.output().elements(), RUN);
        return Work.pointwise(shapes.output(), 11, 11).workspace(bytes, bytes);
    }

    /** The indices of a run, for all operators of a step. */
    @Override
    public List<Table> tables(Attributes attributes, Shapes shapes) {
        return attributes.real("p") == 0 ? List.of() : List.of(new Table("indices", RUN * Integer.BYTES));
    }

    @Override
    public Optional<Term> pointwise(Attributes attributes, int inputs) {
        double p = attributes.real("p");
        Term x = new Term.Input(0);
        return Optional.of(p == 0 ? x : Term.of(Function.DROPOUT, p, x));
    }

    @Override
    public void forward(ForwardBuilder f) {
        if (isIdentity(f)) {
            f.output(0, f.input(0));
        } else {
            f.output(0, drop(f, "dropout", Result.of("", f.outputType(0)), f.input(0)));
        }
    }

    @Override
    public void evaluate(ForwardBuilder f) {
        f.output(0, f.input(0));
    }

    @Override
    public void gradient(GradientBuilder g) {
        if (isIdentity(g)) {
            g.inputGradient(0, g.outputGradient(0));
            return;
        }
        Result result = Result.of("xGradient", g.inputType(0));
        g.inputGradient(0, drop(g, "dropoutBackward", result, g.outputGradient(0)));
    }

    private static Handle drop(KernelBuilder b, String kernel, Result result, Handle x) {
        Argument p = Argument.of(b.attributes().real("p"));
        List<String> axes =
                IntStream.range(0, b.inputType(0).rank()).mapToObj(d -> "x" + d).toList();
        Optional<KernelBuilder.Region> region = b.region(axes);
        return region.isEmpty()
                ? b.call(kernel, result, x, p, b.key())
                : b.call(
                        kernel,
                        result,
                        x,
                        p,
                        b.key(),
                        region.get().offset(),
                        Argument.of(region.get().whole()));
    }

    private static boolean isIdentity(KernelBuilder b) {
        return b.attributes().real("p") == 0;
    }
}
