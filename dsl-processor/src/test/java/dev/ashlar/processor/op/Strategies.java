package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Runs every one-axis strategy that a rule allows on simulated ranks and compares it with the serial operator: a tensor with the axis is
 * cut along it and its parts put together again; an output without it is a sum or maximum of the ranks' where the axis is marked so, else
 * the same on every rank; the gradient of an operand without it is a sum over the ranks.
 */
final class Strategies {
    private static final double TOLERANCE = 1e-5;

    private final String name;
    private final Rule rule;
    private final Map<String, Dim> axes;
    private final Kernel kernel;

    /** An operator or part of one. */
    interface Kernel {
        /** Runs forward on these operands, or shards of them. */
        Run run(List<Tensor> operands, List<List<Dim>> outputs, Map<String, KernelBuilder.Shard> shards);
    }

    /** What forward left behind. */
    interface Run {
        List<Tensor> outputs();

        /** Gradients by operand, empty for those that have none. */
        List<Optional<Tensor>> gradients(List<Tensor> outputGradients);
    }

    Strategies(String name, Rule.Inference inference, Kernel kernel) {
        this.name = name + " (" + inference.flat() + ")";
        this.rule = inference.flat();
        this.axes = inference.axes();
        this.kernel = kernel;
    }

    /** Checks all strategies that divide evenly among so many ranks; gives the axes that were sharded. */
    Set<String> check(List<Tensor> operands, int ranks, Draw draw) {
        Set<String> sharded = new TreeSet<>();
        for (String axis : rule.axes()) {
            if (rule.shardable(axis) && axes.get(axis).size() % ranks == 0) {
                check(axis, operands, ranks, draw);
                sharded.add(axis);
            }
        }
        return sharded;
    }

    private void check(String axis, List<Tensor> operands, int ranks, Draw draw) {
        String what = name + ", " + axis + " over " + ranks;
        Run serial = kernel.run(copies(operands), outputDims(axis, 1), Map.of());
        List<Tensor> outputGradients = serial.outputs().stream()
                .map(y -> OperatorGradientTest.gradientFor(y, draw))
                .toList();
        List<List<Tensor>> outputs = new ArrayList<>();
        List<List<Optional<Tensor>>> gradients = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            List<Tensor> local = cut(rule.operands(), operands, axis, rank, ranks);
            long size = axes.get(axis).size();
            KernelBuilder.Shard shard = new KernelBuilder.Shard(Argument.of(rank * size / ranks), size);
            Run run = kernel.run(local, outputDims(axis, ranks), Map.of(axis, shard));
            outputs.add(run.outputs());
            gradients.add(run.gradients(cut(rule.outputs(), outputGradients, axis, rank, ranks)));
        }
        compareOutputs(what, axis, outputs, serial.outputs());
        if (rule.mark(axis) != Axis.Mark.MAXIMUM) { // the gradient of a maximum belongs to the rank that has it
            compareGradients(what, axis, gradients, serial.gradients(outputGradients));
        }
    }

    private static List<Tensor> copies(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::clone).toList();
    }

    private static List<Tensor> cut(List<RuleTensor> shapes, List<Tensor> tensors, String axis, int rank, int ranks) {
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            Tensor whole = tensors.get(i);
            Optional<Integer> place = shapes.get(i).place(axis);
            parts.add(
                    place.isEmpty()
                            ? whole.clone()
                            : whole.narrow(
                                            place.get(),
                                            rank * whole.size(place.get()) / ranks,
                                            whole.size(place.get()) / ranks)
                                    .clone());
        }
        return parts;
    }

    private List<List<Dim>> outputDims(String axis, int ranks) {
        List<List<Dim>> all = new ArrayList<>();
        for (RuleTensor output : rule.outputs()) {
            List<Dim> dims = new ArrayList<>();
            for (RuleDim dim : output.shape()) {
                dims.add(Dim.of(dim instanceof RuleDim.Fixed fixed ? fixed.size() : size((RuleDim.Product) dim)));
            }
            output.place(axis).ifPresent(p -> dims.set(p, Dim.of(dims.get(p).size() / ranks)));
            all.add(dims);
        }
        return all;
    }

    private long size(RuleDim.Product product) {
        return product.axes().stream().mapToLong(a -> axes.get(a.name()).size()).reduce(1, Math::multiplyExact);
    }

    private void compareOutputs(String what, String axis, List<List<Tensor>> outputs, List<Tensor> expected) {
        for (int i = 0; i < expected.size(); i++) {
            int index = i;
            List<Tensor> parts = outputs.stream().map(o -> o.get(index)).toList();
            Optional<Integer> place = rule.outputs().get(i).place(axis);
            if (place.isPresent()) {
                Tensor joined = OperatorCases.concat(place.get(), parts.toArray(Tensor[]::new));
                Compare.close(what + ": output " + i, joined, expected.get(i), TOLERANCE);
            } else if (rule.mark(axis) == Axis.Mark.SUM) {
                Compare.close(what + ": partial sums " + i, sum(parts), expected.get(i), TOLERANCE);
            } else if (rule.mark(axis) == Axis.Mark.MAXIMUM) {
                Tensor maximum = parts.stream().reduce(torch::maximum).orElseThrow();
                Compare.close(what + ": partial maxima " + i, maximum, expected.get(i), TOLERANCE);
            } else {
                parts.forEach(p -> Compare.close(what + ": output " + index, p, expected.get(index), TOLERANCE));
            }
        }
    }

    private void compareGradients(
            String what, String axis, List<List<Optional<Tensor>>> gradients, List<Optional<Tensor>> expected) {
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i).isEmpty()) {
                continue;
            }
            int index = i;
            List<Tensor> parts =
                    gradients.stream().map(g -> g.get(index).orElseThrow()).toList();
            Optional<Integer> place = rule.operands().get(i).place(axis);
            Tensor joined =
                    place.isPresent() ? OperatorCases.concat(place.get(), parts.toArray(Tensor[]::new)) : sum(parts);
            Compare.close(what + ": gradient " + i, joined, expected.get(i).orElseThrow(), TOLERANCE);
        }
    }

    private static Tensor sum(List<Tensor> parts) {
        return parts.stream().reduce(Tensor::add).orElseThrow();
    }

    /** A partial sum may pass where the rule says so: f(a) + f(x − a) is f(x). */
    void checkLinearity(List<Tensor> operands, Draw draw) {
        List<Integer> joint = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            RuleTensor.Linearity linearity = rule.operands().get(i).linearity();
            if (linearity == RuleTensor.Linearity.ALONE) {
                checkLinearity(operands, List.of(i), draw);
            } else if (linearity == RuleTensor.Linearity.JOINT) {
                joint.add(i);
            }
        }
        if (!joint.isEmpty()) {
            checkLinearity(operands, joint, draw);
        }
    }

    private void checkLinearity(List<Tensor> operands, List<Integer> split, Draw draw) {
        List<Tensor> first = new ArrayList<>(copies(operands));
        List<Tensor> second = new ArrayList<>(copies(operands));
        for (int i : split) {
            first.set(i, draw.normal(LiveKernels.shape(operands.get(i))));
            second.set(i, operands.get(i).sub(first.get(i)));
        }
        List<List<Dim>> dims = outputDims("", 1);
        List<Tensor> whole = kernel.run(copies(operands), dims, Map.of()).outputs();
        List<Tensor> a = kernel.run(first, dims, Map.of()).outputs();
        List<Tensor> b = kernel.run(second, dims, Map.of()).outputs();
        for (int i = 0; i < whole.size(); i++) {
            Compare.close(name + ": linear in " + split, a.get(i).add(b.get(i)), whole.get(i), TOLERANCE);
        }
    }
}
