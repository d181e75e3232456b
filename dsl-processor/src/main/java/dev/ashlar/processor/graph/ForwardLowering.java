package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.Argument;
import dev.ashlar.processor.op.Attributes;
import dev.ashlar.processor.op.ForwardBuilder;
import dev.ashlar.processor.op.Handle;
import dev.ashlar.processor.op.Result;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lowers the operators of one scope, forward, and remembers what became of every tensor. */
final class ForwardLowering {
    private final Variant.Mode mode;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Value, Value> lowered = new HashMap<>();
    private final Map<OperatorNode, Map<String, Value>> kept = new HashMap<>();

    ForwardLowering(Variant.Mode mode) {
        this.mode = mode;
    }

    List<Step> steps() {
        return steps;
    }

    /** What a tensor of the scope became: a kernel's result, or another tensor where an operator passes one on. */
    Value lowered(Value value) {
        return lowered.getOrDefault(value, value);
    }

    Value kept(OperatorNode node, String name) {
        Value value = kept.getOrDefault(node, Map.of()).get(name);
        if (value == null) {
            throw new IllegalStateException(node.operator().kind() + " keeps no '" + name + "'");
        }
        return value;
    }

    void lower(OperatorNode node) {
        Builder builder = new Builder(node);
        if (mode == Variant.Mode.TRAIN) {
            node.operator().forward(builder);
        } else {
            node.operator().evaluate(builder);
        }
    }

    void lower(UseNode node, List<Step.Run> runs) {
        List<Value> inputs = node.inputs().stream().map(this::lowered).toList();
        steps.add(new Step.BlockForward(node, runs, inputs, node.outputs()));
    }

    /** What forward and backward builders have in common. */
    abstract static class KernelLowering {
        final OperatorNode node;
        private final List<Step> steps;

        KernelLowering(OperatorNode node, List<Step> steps) {
            this.node = node;
            this.steps = steps;
        }

        public Attributes attributes() {
            return node.attributes();
        }

        public int inputs() {
            return node.inputs().size();
        }

        public Handle parameter(int index) {
            return node.parameters().get(index);
        }

        public TensorType inputType(int index) {
            return node.inputs().get(index).type();
        }

        public TensorType outputType(int index) {
            return node.outputs().get(index).type();
        }

        public Argument key() {
            return Step.DropoutKey.of(node.name());
        }

        public List<Handle> calls(String kernel, List<Result> results, Argument... arguments) {
            Optional<Value> base = Arrays.stream(arguments)
                    .filter(Value.class::isInstance)
                    .map(Value.class::cast)
                    .findFirst();
            List<Optional<Value>> values = new ArrayList<>();
            List<Handle> handles = new ArrayList<>();
            for (Result result : results) {
                String name = result.name().isEmpty() ? node.name() : node.name() + "." + result.name();
                Value value = result.view() && base.isPresent()
                        ? Value.view(name, result.type(), base.get())
                        : Value.of(name, result.type());
                values.add(result.name().equals("-") ? Optional.empty() : Optional.of(value));
                handles.add(value);
            }
            steps.add(new Step.Kernel(node, kernel, List.of(arguments), values, false));
            return handles;
        }
    }

    private final class Builder extends KernelLowering implements ForwardBuilder {
        Builder(OperatorNode node) {
            super(node, steps);
        }

        @Override
        public Handle input(int index) {
            return lowered(node.inputs().get(index));
        }

        @Override
        public void output(int index, Handle tensor) {
            lowered.put(node.outputs().get(index), (Value) tensor);
        }

        @Override
        public void keep(String name, Handle tensor) {
            kept.computeIfAbsent(node, n -> new HashMap<>()).put(name, (Value) tensor);
        }
    }
}
