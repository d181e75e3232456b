package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.GradientBuilder;
import dev.ashlar.processor.op.Handle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Lowers gradients of the operators of one scope, last to first; gradients that meet are summed at once. */
final class BackwardLowering {
    private final ForwardLowering forward;
    private final Predicate<Value> requires;
    private final Predicate<ScopeParameter> trained;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Value, Value> gradients = new HashMap<>();
    private final Set<Value> named = new HashSet<>();

    /**
     * @param requires whether the gradient of a tensor of the scope is needed
     * @param trained whether a parameter of the scope is trained
     */
    BackwardLowering(ForwardLowering forward, Predicate<Value> requires, Predicate<ScopeParameter> trained) {
        this.forward = forward;
        this.requires = requires;
        this.trained = trained;
    }

    List<Step> steps() {
        return steps;
    }

    Optional<Value> gradient(Value value) {
        return Optional.ofNullable(gradients.get(value));
    }

    void seed(ScopeLoss loss) {
        Value gradient = Value.of("d." + loss.name(), loss.value().type());
        steps.add(new Step.Seed(loss, gradient));
        contribute(loss.value(), gradient);
    }

    /** Adds a gradient of a tensor to those it has. */
    void contribute(Value value, Value gradient) {
        if (!requires.test(value)) {
            return;
        }
        Value earlier = gradients.get(value);
        if (earlier == null) {
            gradients.put(value, gradient);
        } else {
            Value sum = Value.of("d." + value.name(), value.type());
            steps.add(new Step.Sum(sum, earlier, gradient));
            gradients.put(value, sum);
        }
    }

    void lower(OperatorNode node) {
        if (node.outputs().stream().noneMatch(gradients::containsKey)) {
            return;
        }
        Builder builder = new Builder(node);
        node.operator().gradient(builder);
        builder.finish();
    }

    /** Lays the gradient of a copy out as the maker of the tensor wants it. */
    void lower(CopyNode node) {
        Value tensor = node.tensor();
        Value gradient = gradients.get(node.copy());
        if (gradient != null) {
            String name = "d." + tensor.name();
            contribute(tensor, transfer(node.name(), node.source(), node.backward(), gradient, name));
        }
    }

    private Value transfer(String at, Source place, List<Hop> hops, Value gradient, String name) {
        return (Value) ForwardLowering.transfer(at, place, hops, gradient, h -> name, steps);
    }

    private final class Builder extends ForwardLowering.KernelLowering implements GradientBuilder {
        private final Map<Integer, Value> inputGradients = new LinkedHashMap<>();
        private final Map<Integer, Value> parameterGradients = new LinkedHashMap<>();

        Builder(OperatorNode node) {
            super(node, steps);
        }

        @Override
        public Handle input(int index) {
            return forward.lowered(node.inputs().get(index));
        }

        @Override
        public Handle parameter(int index) {
            return forward.parameter(node, index);
        }

        @Override
        public Handle output(int index) {
            return forward.lowered(node.outputs().get(index));
        }

        @Override
        public Handle kept(String name) {
            return forward.kept(node, name);
        }

        @Override
        public Handle outputGradient(int index) {
            Value gradient = gradients.get(node.outputs().get(index));
            if (gradient == null) {
                throw new IllegalStateException(node.name() + " has no gradient of output " + index);
            }
            return gradient;
        }

        @Override
        public boolean needsInput(int index) {
            return requires.test(node.inputs().get(index));
        }

        @Override
        public boolean needsParameter(int index) {
            return trained.test(node.parameters().get(index));
        }

        @Override
        public void inputGradient(int index, Handle gradient) {
            Value value = (Value) gradient;
            name(value, "d." + node.inputs().get(index).name());
            inputGradients.put(index, value);
        }

        @Override
        public void parameterGradient(int index, Handle gradient) {
            Value value = (Value) gradient;
            ScopeParameter parameter = node.parameters().get(index);
            name(value, "d." + parameter.name());
            if (trained.test(parameter)) {
                parameterGradients.put(index, value);
            }
        }

        private void add(int index, Value gradient) {
            String name = node.parameters().get(index).name();
            List<Hop> hops =
                    node.part().map(p -> p.parameters().get(index).gradient()).orElse(List.of());
            Value reduced = transfer(name, node.source(), hops, gradient, "d." + name);
            steps.add(new Step.ParameterGradient(node.stored(index), reduced));
        }

        /** A kernel's result gets the name of what it is the gradient of; one that is passed on keeps the name it has. */
        private void name(Value value, String name) {
            if (steps.stream()
                            .skip(Math.max(0, steps.size() - 8))
                            .anyMatch(s -> s instanceof Step.Kernel k
                                    && k.node() == node
                                    && k.results().contains(Optional.of(value)))
                    && named.add(value)) {
                value.rename(name);
            }
        }

        /** All kernels of an operator run before its gradients go elsewhere, so that it is one time for its operands. */
        void finish() {
            parameterGradients.forEach(this::add);
            inputGradients.forEach((index, gradient) -> contribute(node.inputs().get(index), gradient));
        }
    }
}
