package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;

/** Backward kernels that make the gradients of the first input and of all parameters at once. */
final class Fused {
    /** In place of a parameter that the kernel knows but this operator does not have. */
    static final String ABSENT = "-";

    private static final String UNNEEDED = "-";

    private Fused() {}

    /**
     * Calls such a kernel: it takes, after its arguments, whether it is to make the gradient of the input and of each parameter that is
     * trained, and returns them in this order.
     */
    static void gradients(GradientBuilder g, String kernel, List<Argument> arguments, String... parameters) {
        List<Argument> all = new ArrayList<>(arguments);
        List<Result> results = new ArrayList<>();
        all.add(Argument.of(g.needsInput(0)));
        results.add(Result.of(g.needsInput(0) ? "xGradient" : UNNEEDED, g.inputType(0)));
        for (int i = 0; i < parameters.length; i++) {
            boolean present = !parameters[i].equals(ABSENT);
            boolean needed = present && g.needsParameter(i);
            all.add(Argument.of(needed));
            results.add(Result.of(
                    needed ? parameters[i] + "Gradient" : UNNEEDED,
                    present ? g.parameter(i).type() : new TensorType(List.of(), Element.COMPUTE)));
        }
        List<Handle> made = g.calls(kernel, results, all.toArray(Argument[]::new));
        if (g.needsInput(0)) {
            g.inputGradient(0, made.get(0));
        }
        for (int i = 0; i < parameters.length; i++) {
            if (!results.get(i + 1).name().equals(UNNEEDED)) {
                g.parameterGradient(i, made.get(i + 1));
            }
        }
    }
}
