package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Two-dimensional cross-correlation in PyTorch's layout {@code weight [out, c/groups, kernel, kernel]}. Height and width stay whole:
 * windows cross the border of a shard.
 */
final class Conv2dOperator implements Operator {
    private static final String PLAIN = "~b c+ h! w!, ~o c+ y! x! -> b o h'! w'!";
    private static final String BIASED =
            "b c! h! w!, o c! y! x!, o -> b o h'! w'!"; // every shard of c would add the bias
    private static final String GROUPED = "~b (g c!) h! w!, ~(g o!) c! y! x! -> b (g o!) h'! w'!";
    private static final String GROUPED_BIASED = "b (g c!) h! w!, (g o!) c! y! x!, (g o!) -> b (g o!) h'! w'!";

    @Override
    public String kind() {
        return "conv2d";
    }

    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"));
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        long kernel = Checks.atLeast(attributes, "kernel", 1, "3 is a usual side");
        long stride = Checks.atLeast(attributes, "stride", 1, "1 moves the kernel by one pixel");
        long padding = Checks.atLeast(attributes, "padding", 0, "0 adds no border");
        long dilation = Checks.atLeast(attributes, "dilation", 1, "1 leaves no gaps between taps");
        long groups = Checks.atLeast(attributes, "groups", 1, "1 lets every output channel see every input channel");
        String size = "(%s + " + 2 * padding + " - " + dilation * (kernel - 1) + " - 1)/" + stride + " + 1";
        Map<String, Dim> sizes = new HashMap<>(Map.of("y", Dim.of(kernel), "x", Dim.of(kernel)));
        sizes.putAll(channels(attributes, groups));
        String tensors = groups == 1
                ? attributes.flag("bias") ? BIASED : PLAIN
                : attributes.flag("bias") ? GROUPED_BIASED : GROUPED;
        Rule rule = Rule.parse(tensors + String.format(Locale.ROOT, "; h' = " + size + ", w' = " + size, "h", "w"));
        List<ParameterDeclaration> parameters = new ArrayList<>();
        parameters.add(ParameterDeclaration.weight("weight", new Initial.FanIn()));
        if (attributes.flag("bias")) {
            parameters.add(ParameterDeclaration.bias("bias", new Initial.FanIn()));
        }
        return Signature.of(rule, parameters, sizes);
    }

    private static Map<String, Dim> channels(Attributes attributes, long groups) {
        Dim out = attributes.size("out");
        if (groups == 1) {
            return Map.of("o", out);
        }
        if (out.size() % groups != 0) {
            throw Checks.bad(
                    attributes,
                    "groups",
                    "out: " + out + " is not divisible by groups=" + groups + "; choose a divisor of " + out.size());
        }
        return Map.of("g", new Dim("groups", groups), "o", Dim.of(out.size() / groups));
    }

    /**
     * A product and a sum for every output and every tap that it sees; backward the same for either factor. A bias adds one each way.
     * {@link ConvolutionWorkspace} has the memory.
     */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        TensorType weight = shapes.parameters().get(0);
        long taps = weight.elements() / weight.size(0);
        long product = Math.multiplyExact(2 * shapes.output().elements(), taps);
        long bias = attributes.flag("bias") ? shapes.output().elements() : 0;
        ConvolutionWorkspace workspace = new ConvolutionWorkspace(attributes, shapes);
        return Work.flops(product + bias, 2 * product + bias)
                .workspace(workspace.forwardBytes(), workspace.backwardBytes(true), workspace.backwardBytes(false));
    }

    @Override
    public void forward(ForwardBuilder f) {
        List<Argument> arguments = new ArrayList<>(List.of(f.input(0), f.parameter(0)));
        if (f.attributes().flag("bias")) {
            arguments.add(f.parameter(1));
        }
        arguments.addAll(geometry(f));
        f.output(0, f.call("conv2d", Result.of("", f.outputType(0)), arguments.toArray(Argument[]::new)));
    }

    @Override
    public void gradient(GradientBuilder g) {
        boolean bias = g.attributes().flag("bias");
        List<Argument> arguments = new ArrayList<>(List.of(g.outputGradient(0), g.input(0), g.parameter(0)));
        arguments.addAll(geometry(g));
        Fused.gradients(g, "conv2dBackward", arguments, "weight", bias ? "bias" : Fused.ABSENT);
    }

    /** Stride, padding, dilation, and as many groups as this shard of the channels has. */
    private static List<Argument> geometry(KernelBuilder b) {
        return List.of(
                square(b.attributes().whole("stride")),
                square(b.attributes().whole("padding")),
                square(b.attributes().whole("dilation")),
                Argument.of(b.inputType(0).size(1) / b.parameter(0).type().size(1)));
    }

    private static Argument square(long side) {
        return Argument.of(List.of(side, side));
    }
}
