package dev.ashlar.processor.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One legal way to run an operator on a mesh, forward and backward: with operands in these layouts every device runs the operator on what
 * it has, without communication, and the outputs have these layouts; the same backward.
 *
 * @param choices one for each mesh axis
 * @param names of operands, then of outputs
 * @param operands layouts of inputs, then of parameters
 * @param outputs layouts of outputs
 * @param outputGradients layouts in which the gradients of outputs have to come
 * @param operandGradients layouts of the gradients of operands, for those that have one
 * @param kernel 0 for the one of the operator's signature, then those of its further rules
 * @param insideAxes mesh axes along which the kernel reduces inside
 * @param parts number of devices that share the arithmetic: each does 1/parts of it
 */
public record Strategy(
        List<Choice> choices,
        List<String> names,
        List<Layout> operands,
        List<Layout> outputs,
        List<Layout> outputGradients,
        List<Layout> operandGradients,
        int kernel,
        List<Integer> insideAxes,
        long parts) {
    /** Copies the lists. */
    public Strategy {
        choices = List.copyOf(choices);
        names = List.copyOf(names);
        operands = List.copyOf(operands);
        outputs = List.copyOf(outputs);
        outputGradients = List.copyOf(outputGradients);
        operandGradients = List.copyOf(operandGradients);
        insideAxes = List.copyOf(insideAxes);
    }

    /** Mesh axes that share an axis of the rule, outer to inner. */
    public List<Integer> meshAxes(String axis) {
        Choice split = new Choice.Split(axis);
        return IntStream.range(0, choices.size())
                .filter(a -> choices.get(a).equals(split))
                .boxed()
                .toList();
    }

    /** One device's share of an operator's arithmetic, rounded up. */
    public long localFlops(long flops) {
        return (flops + parts - 1) / parts;
    }

    /** The backward direction: {@code "dy[S0, R] -> dx[S0, R] dweight[P, R]"}. */
    public String backward() {
        List<String> gradients = names.stream().map(n -> "d" + n).toList();
        return text(gradients.subList(operands.size(), names.size()), outputGradients) + " -> "
                + text(gradients.subList(0, operands.size()), operandGradients);
    }

    private static String text(List<String> names, List<Layout> layouts) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < layouts.size(); i++) {
            all.add(names.get(i) + layouts.get(i));
        }
        return String.join(" ", all);
    }

    /** The forward direction: {@code "x[S0, R] weight[R, S0] -> y[S0, S1]"}. */
    @Override
    public String toString() {
        return text(names.subList(0, operands.size()), operands) + " -> "
                + text(names.subList(operands.size(), names.size()), outputs);
    }
}
