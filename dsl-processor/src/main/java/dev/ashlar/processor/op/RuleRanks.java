package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Finds how many dimensions every {@code *} stands for and writes them out. */
final class RuleRanks {
    private final Rule rule;
    private final List<TensorType> inputs;
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Integer> origins = new HashMap<>();

    private RuleRanks(Rule rule, List<TensorType> inputs) {
        this.rule = rule;
        this.inputs = inputs;
    }

    /** The rule without {@code *}: {@code b* d} becomes {@code b0 b1 d} for an input of three dimensions. */
    static Rule flatten(Rule rule, List<TensorType> inputs) throws RuleMismatch {
        RuleRanks ranks = new RuleRanks(rule, inputs);
        for (int i = 0; i < inputs.size(); i++) {
            ranks.count(i);
        }
        return rule.with(ranks.flat(rule.operands()), ranks.flat(rule.outputs()));
    }

    private void count(int operand) throws RuleMismatch {
        int rank = inputs.get(operand).rank();
        String open = "";
        for (RuleDim dim : rule.operands().get(operand).shape()) {
            if (!(dim instanceof RuleDim.Product p && p.repeated())) {
                rank--;
            } else {
                String name = p.axes().get(0).name();
                if (counts.containsKey(name)) {
                    rank -= counts.get(name);
                } else if (open.isEmpty()) {
                    open = name;
                } else {
                    throw new IllegalStateException("'" + rule + "' leaves two ranks open");
                }
            }
        }
        if (!open.isEmpty() && rank >= 0) {
            counts.put(open, rank);
            origins.put(open, operand);
        } else if (rank != 0) {
            throw mismatch(operand);
        }
    }

    private RuleMismatch mismatch(int operand) {
        RuleTensor tensor = rule.operands().get(operand);
        TensorType type = inputs.get(operand);
        int other = tensor.axes()
                .filter(a -> a.repeated() && origins.containsKey(a.name()))
                .map(a -> origins.get(a.name()))
                .findFirst()
                .orElse(operand);
        if (other != operand) {
            return new RuleMismatch(
                    operand,
                    other,
                    type + " does not have the number of dimensions that goes with " + inputs.get(other));
        }
        boolean open = tensor.shape().stream().anyMatch(d -> d instanceof RuleDim.Product p && p.repeated());
        int needed = (int) tensor.shape().stream()
                .filter(d -> !(d instanceof RuleDim.Product p && p.repeated()))
                .count();
        return new RuleMismatch(
                operand,
                operand,
                type + " has " + dimensions(type.rank()) + ", but " + (open ? "at least " : "") + needed
                        + " are needed: " + tensor.pattern());
    }

    private static String dimensions(int count) {
        return count == 1 ? "1 dimension" : count + " dimensions";
    }

    private List<RuleTensor> flat(List<RuleTensor> tensors) {
        return tensors.stream()
                .map(t -> new RuleTensor(
                        t.linearity(), t.dims().stream().flatMap(this::flat).toList()))
                .toList();
    }

    private Stream<RuleDim> flat(RuleDim dim) {
        if (!(dim instanceof RuleDim.Product product)) {
            return Stream.of(dim);
        }
        List<Axis> axes = product.axes().stream().flatMap(this::flat).toList();
        return product.repeated()
                ? axes.stream().map(a -> new RuleDim.Product(List.of(a)))
                : Stream.of(new RuleDim.Product(axes));
    }

    private Stream<Axis> flat(Axis axis) {
        if (!axis.repeated()) {
            return Stream.of(axis);
        }
        List<Axis> axes = new ArrayList<>();
        for (int i = 0; i < counts.getOrDefault(axis.name(), 0); i++) {
            axes.add(new Axis(axis.name() + i, false, axis.mark(), axis.offset()));
        }
        return axes.stream();
    }
}
