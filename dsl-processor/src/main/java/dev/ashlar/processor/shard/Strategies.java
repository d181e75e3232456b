package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.op.Axis;
import dev.ashlar.processor.op.ParameterDeclaration;
import dev.ashlar.processor.op.Port;
import dev.ashlar.processor.op.Rule;
import dev.ashlar.processor.op.RuleMismatch;
import dev.ashlar.processor.op.RuleTensor;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All strategies that a dimension rule allows on a mesh. Along each mesh axis an operator splits one axis of its rule, or passes partial
 * sums through a linear operand or through all jointly linear ones, or does nothing. Several mesh axes may split the same axis of the
 * rule, the earlier one the outer.
 */
public final class Strategies {
    private final Rule rule;
    private final Map<String, Long> sizes;
    private final List<String> names;
    private final Mesh mesh;
    private final int kernel;

    private Strategies(Rule.Inference inference, List<String> names, Mesh mesh, int kernel) {
        this.rule = inference.flat();
        this.sizes = new LinkedHashMap<>();
        inference.axes().forEach((axis, dim) -> sizes.put(axis, dim.size()));
        this.names = names;
        this.mesh = mesh;
        this.kernel = kernel;
    }

    /** All strategies of an operator of a graph, in an order that depends on its rule and shapes and on the mesh alone. */
    public static List<Strategy> of(OperatorNode node, Mesh mesh) {
        List<Rule> rules = new ArrayList<>(List.of(node.signature().rule()));
        rules.addAll(
                node.operator().furtherRules(node.attributes(), node.inputs().size()));
        List<TensorType> inputs = node.inputs().stream().map(Value::type).toList();
        try {
            List<Rule.Inference> kernels = new ArrayList<>();
            for (Rule rule : rules) {
                kernels.add(rule.infer(inputs, node.signature().sizes()));
            }
            List<String> ports =
                    node.operator().ports().stream().map(Port::name).toList();
            List<String> parameters = node.signature().parameters().stream()
                    .map(ParameterDeclaration::name)
                    .toList();
            return of(
                    kernels,
                    names(
                            ports,
                            node.inputs().size(),
                            parameters,
                            node.outputs().size()),
                    mesh);
        } catch (RuleMismatch e) {
            throw new IllegalStateException("operator " + node.name() + " does not fit its own rule", e);
        }
    }

    /**
     * All strategies of a rule.
     *
     * @param inference the rule with the size of every axis
     * @param names of operands, then of outputs
     */
    public static List<Strategy> of(Rule.Inference inference, List<String> names, Mesh mesh) {
        return of(List.of(inference), names, mesh);
    }

    /**
     * All strategies of an operator with several kernels. Of strategies with the same layouts there is only that of the earliest kernel.
     *
     * @param kernels each one's rule with the size of every axis
     * @param names of operands, then of outputs
     */
    public static List<Strategy> of(List<Rule.Inference> kernels, List<String> names, Mesh mesh) {
        Map<List<List<Layout>>, Strategy> distinct = new LinkedHashMap<>();
        for (int kernel = 0; kernel < kernels.size(); kernel++) {
            new Strategies(kernels.get(kernel), names, mesh, kernel).add(distinct);
        }
        return List.copyOf(distinct.values());
    }

    private static List<String> names(List<String> ports, int inputs, List<String> parameters, int outputs) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            // a variadic port is alone and stands for all inputs
            names.add(ports.size() == 1 && inputs > 1 ? ports.get(0) + i : ports.get(i));
        }
        names.addAll(parameters);
        for (int i = 0; i < outputs; i++) {
            names.add(outputs == 1 ? "y" : "y" + i);
        }
        return names;
    }

    private void add(Map<List<List<Layout>>, Strategy> distinct) {
        List<List<Choice>> vectors = List.of(List.of());
        for (int meshAxis = 0; meshAxis < mesh.rank(); meshAxis++) {
            List<Choice> choices = choices(meshAxis);
            vectors = vectors.stream()
                    .flatMap(vector -> choices.stream()
                            .map(choice -> Stream.concat(vector.stream(), Stream.of(choice))
                                    .toList()))
                    .filter(vector -> divides(vector) && reducesOneWay(vector))
                    .toList();
        }
        for (List<Choice> vector : vectors) {
            Strategy strategy = strategy(vector);
            distinct.putIfAbsent(
                    List.of(
                            strategy.operands(),
                            strategy.outputs(),
                            strategy.outputGradients(),
                            strategy.operandGradients()),
                    strategy);
        }
    }

    private List<Choice> choices(int meshAxis) {
        List<Choice> choices = new ArrayList<>();
        choices.add(Choice.NOTHING);
        if (mesh.size(meshAxis) > 1) {
            rule.axes().stream().filter(this::splits).forEach(axis -> choices.add(new Choice.Split(axis)));
            for (int operand : operands(RuleTensor.Linearity.ALONE)) {
                choices.add(new Choice.Pass(List.of(operand)));
            }
            List<Integer> joint = operands(RuleTensor.Linearity.JOINT);
            if (!joint.isEmpty()) {
                choices.add(new Choice.Pass(joint));
            }
        }
        return choices;
    }

    /** An output without the axis that is no reduction over it leaves open what becomes of its gradient. */
    private boolean splits(String axis) {
        return rule.shardable(axis)
                && (isReduced(axis)
                        || rule.outputs().stream().allMatch(t -> t.place(axis).isPresent()));
    }

    private boolean isReduced(String axis) {
        return switch (rule.mark(axis)) {
            case SUM, MAXIMUM, INSIDE -> true;
            case NONE, WHOLE -> false;
        };
    }

    private boolean isInside(Choice choice) {
        return choice instanceof Choice.Split split && rule.mark(split.axis()) == Axis.Mark.INSIDE;
    }

    private List<Integer> operands(RuleTensor.Linearity linearity) {
        return IntStream.range(0, rule.operands().size())
                .filter(i -> rule.operands().get(i).linearity() == linearity)
                .boxed()
                .toList();
    }

    private boolean divides(List<Choice> choices) {
        Map<String, Long> rest = new HashMap<>(sizes);
        for (int meshAxis = 0; meshAxis < choices.size(); meshAxis++) {
            if (choices.get(meshAxis) instanceof Choice.Split split) {
                long size = rest.getOrDefault(split.axis(), 1L);
                if (size % mesh.size(meshAxis) != 0) {
                    return false;
                }
                rest.put(split.axis(), size / mesh.size(meshAxis));
            }
        }
        return true;
    }

    private boolean reducesOneWay(List<Choice> choices) {
        return IntStream.range(0, rule.outputs().size())
                .allMatch(i -> Layout.reducesOneWay(
                        choices.stream().map(c -> output(i, c)).toList()));
    }

    private Strategy strategy(List<Choice> choices) {
        long parts = 1;
        for (int meshAxis = 0; meshAxis < choices.size(); meshAxis++) {
            parts *= choices.get(meshAxis) instanceof Choice.Split ? mesh.size(meshAxis) : 1;
        }
        return new Strategy(
                choices,
                names,
                layouts(choices, rule.operands().size(), this::operand),
                layouts(choices, rule.outputs().size(), this::output),
                layouts(choices, rule.outputs().size(), this::outputGradient),
                layouts(choices, rule.operands().size(), this::operandGradient),
                kernel,
                IntStream.range(0, choices.size())
                        .filter(a -> isInside(choices.get(a)))
                        .boxed()
                        .toList(),
                parts);
    }

    /** The placement of one tensor along the mesh axis that a choice is for. */
    private interface Placing {
        Placement of(int tensor, Choice choice);
    }

    private static List<Layout> layouts(List<Choice> choices, int tensors, Placing placing) {
        return IntStream.range(0, tensors)
                .mapToObj(i ->
                        new Layout(choices.stream().map(c -> placing.of(i, c)).toList()))
                .toList();
    }

    private Placement operand(int index, Choice choice) {
        if (choice instanceof Choice.Pass pass) {
            return pass.operands().contains(index) ? Placement.PARTIAL : Placement.REPLICATED;
        }
        return cut(rule.operands().get(index), choice).orElse(Placement.REPLICATED);
    }

    private Placement output(int index, Choice choice) {
        if (choice instanceof Choice.Split split) {
            Placement reduced = switch (rule.mark(split.axis())) {
                case MAXIMUM -> Placement.PARTIAL_MAXIMUM;
                case INSIDE -> Placement.REPLICATED;
                default -> Placement.PARTIAL;
            };
            return cut(rule.outputs().get(index), choice).orElse(reduced);
        }
        return choice instanceof Choice.Pass ? Placement.PARTIAL : Placement.REPLICATED;
    }

    /** The gradient of a sum is the same for every addend. */
    private Placement outputGradient(int index, Choice choice) {
        return cut(rule.outputs().get(index), choice).orElse(Placement.REPLICATED);
    }

    /**
     * What every device used alike gets an addend of its gradient from each, unless each had only an addend of it. An addend of partial
     * outputs has their gradient, which is whole.
     */
    private Placement operandGradient(int index, Choice choice) {
        RuleTensor operand = rule.operands().get(index);
        boolean addend = operand.linearity() == RuleTensor.Linearity.ADDEND
                && output(0, choice).equals(Placement.PARTIAL);
        if (choice instanceof Choice.Nothing || addend) {
            return Placement.REPLICATED;
        }
        if (choice instanceof Choice.Pass pass) {
            return pass.operands().contains(index) ? Placement.REPLICATED : Placement.PARTIAL;
        }
        return cut(operand, choice).orElse(Placement.PARTIAL);
    }

    private static Optional<Placement> cut(RuleTensor tensor, Choice choice) {
        return choice instanceof Choice.Split split
                ? tensor.place(split.axis()).map(Placement::shard)
                : Optional.empty();
    }
}
