package dev.ashlar.processor.op;

import java.util.List;
import java.util.Locale;

/** Largest value of every window. Height and width stay whole: windows cross the border of a shard. */
final class MaxPool2dOperator implements Operator {
    @Override
    public String kind() {
        return "max_pool2d";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        long kernel = Checks.atLeast(attributes, "kernel", 1, "2 halves the image");
        Checks.atLeast(attributes, "stride", 0, "0 stands for the kernel's side");
        long padding = Checks.atLeast(attributes, "padding", 0, "0 adds no border");
        if (padding > kernel / 2) {
            throw Checks.bad(
                    attributes,
                    "padding",
                    "padding is " + padding + ", but may be at most half the kernel: kernel=" + kernel
                            + " allows up to " + kernel / 2);
        }
        String size = " = (%s + " + 2 * padding + " - " + kernel + ")/" + stride(attributes) + " + 1";
        return Signature.of(Rule.parse("b c h! w! -> b c h'! w'!; h'" + String.format(Locale.ROOT, size, "h") + ", w'"
                + String.format(Locale.ROOT, size, "w")));
    }

    /** A comparison for every place of a window forward; backward a sum for every window. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long kernel = attributes.whole("kernel");
        long elements = shapes.output().elements();
        return Work.flops(Math.multiplyExact(elements, kernel * kernel), elements);
    }

    @Override
    public void forward(ForwardBuilder f) {
        List<Result> results = List.of(
                Result.of("", f.outputType(0)),
                Result.of("indices", f.outputType(0).as(Element.INT64)));
        Argument[] geometry = geometry(f.attributes());
        List<Handle> made = f.calls("maxPool2d", results, f.input(0), geometry[0], geometry[1], geometry[2]);
        f.output(0, made.get(0));
        f.keep("indices", made.get(1));
    }

    @Override
    public void gradient(GradientBuilder g) {
        Argument[] geometry = geometry(g.attributes());
        Result dx = Result.of("xGradient", g.inputType(0));
        g.inputGradient(
                0,
                g.call(
                        "maxPool2dBackward",
                        dx,
                        g.outputGradient(0),
                        g.input(0),
                        g.kept("indices"),
                        geometry[0],
                        geometry[1],
                        geometry[2]));
    }

    private static long stride(Attributes attributes) {
        return attributes.whole("stride") == 0 ? attributes.whole("kernel") : attributes.whole("stride");
    }

    private static Argument[] geometry(Attributes attributes) {
        return new Argument[] {
            square(attributes.whole("kernel")), square(stride(attributes)), square(attributes.whole("padding"))
        };
    }

    private static Argument square(long side) {
        return Argument.of(List.of(side, side));
    }
}
