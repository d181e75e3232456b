package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.Element;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which tensors of a scope depend on something that is trained, given which of its inputs do: only those need gradients.
 */
final class Requirements {
    private final Trainable trainable;

    Requirements(Trainable trainable) {
        this.trainable = trainable;
    }

    /**
     * What one scope requires.
     *
     * @param values tensors that need a gradient
     * @param repetitions for every use, for every repetition, which inputs of the block need a gradient
     */
    record Result(Set<Value> values, Map<UseNode, List<List<Boolean>>> repetitions) {}

    Result of(Scope scope, List<Node> nodes, String path, List<Boolean> inputs) {
        Set<Value> values = new HashSet<>();
        Map<UseNode, List<List<Boolean>>> repetitions = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i)) {
                values.add(scope.inputs().get(i).value());
            }
        }
        for (Node node : nodes) {
            if (node instanceof OperatorNode operator) {
                boolean trained = operator.parameters().stream().anyMatch(p -> trainable.trains(path, p));
                if (trained || operator.inputs().stream().anyMatch(values::contains)) {
                    operator.outputs().stream()
                            .filter(v -> v.type().element() != Element.INT64)
                            .forEach(values::add);
                }
            } else if (node instanceof CopyNode copy && values.contains(copy.tensor())) {
                values.add(copy.copy());
            } else if (node instanceof UseNode use) {
                repetitions.put(use, use(use, path, values));
            }
        }
        return new Result(values, repetitions);
    }

    private List<List<Boolean>> use(UseNode use, String path, Set<Value> values) {
        List<List<Boolean>> all = new ArrayList<>();
        List<Boolean> inputs =
                new ArrayList<>(use.inputs().stream().map(values::contains).toList());
        for (long i = 0; i < use.count(); i++) {
            all.add(List.copyOf(inputs));
            Scope scope = use.scope(i);
            Result inner = of(scope, scope.nodes(), path + Trainable.instance(use, i), inputs);
            for (int k = 0; k < use.outputs().size(); k++) {
                boolean required =
                        inner.values().contains(scope.outputs().get(k).value());
                OptionalInt feeds = use.feeds().get(k);
                if (feeds.isPresent()) {
                    inputs.set(feeds.getAsInt(), required);
                }
                if (required) {
                    values.add(use.outputs().get(k));
                }
            }
        }
        return all;
    }
}
