package dev.ashlar.processor.plan;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an assignment says of every operator and parameter of a model, by their full names. */
final class LaidOut {
    private final Assignment assignment;
    private final Map<String, Placed> operators = new LinkedHashMap<>();
    private final Map<String, Layout> parameters = new HashMap<>();

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

    /** @param files path in the names of parameters, which have dots where those of operators have brackets */
    private void collect(Scope scope, String path, String files) {
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                Strategy strategy = assignment.strategy(path, operator);
                operators.put(path + operator.name(), new Placed(operator, strategy));
                int inputs = operator.inputs().size();
                for (int i = 0; i < operator.parameters().size(); i++) {
                    String declared = operator.signature().parameters().get(i).name();
                    parameters.putIfAbsent(
                            files + operator.name() + "." + declared,
                            strategy.operands().get(inputs + i));
                }
            } else if (node instanceof UseNode use) {
                boolean sets = use.repeats().isPresent() && !use.shared();
                for (long i = 0; i < use.count(); i++) {
                    String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                    String set = sets ? "." + i + "." : ".";
                    collect(use.scope(), path + use.name() + index, files + use.name() + set);
                }
            }
        }
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

    /** The layout in which a parameter is used: {@code "body.0.up.weight"}. */
    Layout parameter(String name) {
        Layout layout = parameters.get(name);
        if (layout == null) {
            throw new IllegalArgumentException("the model has no parameter " + name);
        }
        return layout;
    }
}
