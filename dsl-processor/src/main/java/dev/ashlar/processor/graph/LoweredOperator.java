package dev.ashlar.processor.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One operator lowered alone, as it is lowered in its scope.
 *
 * @param forward kernels of forward
 * @param backward kernels of backward; empty if no gradient is made
 */
public record LoweredOperator(List<Step.Kernel> forward, List<Step.Kernel> backward) {
    /** Copies the lists. */
    public LoweredOperator {
        forward = List.copyOf(forward);
        backward = List.copyOf(backward);
    }

    /**
     * Lowers an operator for training.
     *
     * @param inputs indices of the inputs whose gradients are made
     * @param parameters indices of the parameters that are trained
     */
    public static LoweredOperator of(OperatorNode node, Set<Integer> inputs, Set<Integer> parameters) {
        ForwardLowering forward = new ForwardLowering(Variant.Mode.TRAIN);
        forward.lower(node);
        BackwardLowering backward = new BackwardLowering(
                forward,
                v -> node.outputs().contains(v)
                        || inputs.stream().anyMatch(i -> node.inputs().get(i) == v),
                p -> parameters.stream().anyMatch(i -> node.parameters().get(i) == p));
        if (!inputs.isEmpty() || !parameters.isEmpty()) {
            node.outputs().forEach(y -> backward.contribute(y, Value.of("d." + y.name(), y.type())));
            backward.lower(node);
        }
        return new LoweredOperator(kernels(forward.steps()), kernels(backward.steps()));
    }

    /** What gathering a parameter of an operator is called: {@code "gather up.weight"}. */
    public static String gatherName(OperatorNode node, int parameter) {
        return "gather " + node.name() + "."
                + node.signature().parameters().get(parameter).name();
    }

    private static List<Step.Kernel> kernels(List<Step> steps) {
        List<Step.Kernel> kernels = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Kernel kernel) {
                kernels.add(kernel);
            }
        }
        return kernels;
    }
}
