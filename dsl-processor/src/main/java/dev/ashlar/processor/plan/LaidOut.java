package dev.ashlar.processor.plan;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.shard.Strategy;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an assignment says of every operator and parameter of a model, by their full names. */
final class LaidOut {
    private final Assignment assignment;
    private final Map<String, Placed> operators = new LinkedHashMap<>();
    private final Map<String, ParameterStorage> parameters = new HashMap<>();

    /**
     * An operator with its strategy.
     *
     * @param node on whole tensors
     */
    record Placed(OperatorNode node, Strategy strategy) {}

    private LaidOut(Assignment assignment) {
        this.assignment = assignment;
    }

    /** All of a model, every repetition of its blocks. */
    static LaidOut of(Scope root, Assignment assignment) {
        LaidOut all = new LaidOut(assignment);
        all.collect(root, "", "");
        return all;
    }

    /** @param owner what full names of the scope's parameters begin with: the same for all that share them */
    private void collect(Scope scope, String path, String owner) {
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                operators.put(path + operator.name(), new Placed(operator, assignment.strategy(path, operator)));
                for (int i = 0; i < operator.parameters().size(); i++) {
                    int index = i;
                    ScopeParameter parameter = operator.parameters().get(i);
                    parameters.computeIfAbsent(owner + parameter.name(), n -> storage(path, operator, index));
                }
            } else if (node instanceof UseNode use) {
                for (long i = 0; i < use.count(); i++) {
                    String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                    collect(use.scope(), path + use.name() + index, owner + Trainable.instance(use, i));
                }
            }
        }
    }

    private ParameterStorage storage(String path, OperatorNode node, int parameter) {
        if (node.parameters().get(parameter).declaration().buffer()) {
            Strategy strategy = assignment.strategy(path, node);
            return ParameterStorage.asUsed(strategy.operands().get(node.inputs().size() + parameter));
        }
        return assignment.storage(path, node, parameter);
    }

    /** The operators in order of forward. */
    Map<String, Placed> operators() {
        return java.util.Collections.unmodifiableMap(operators);
    }

    /** The operator of a full name such as {@code "body[0].up"}. */
    Placed operator(String name) {
        Placed placed = operators.get(name);
        if (placed == null) {
            throw new IllegalArgumentException("the model has no operator " + name);
        }
        return placed;
    }

    /** How a parameter is stored that is not tied to another: {@code "body.0.up.weight"}. */
    ParameterStorage parameter(String name) {
        ParameterStorage storage = parameters.get(name);
        if (storage == null) {
            throw new IllegalArgumentException("the model has no parameter " + name);
        }
        return storage;
    }
}
