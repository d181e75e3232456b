package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Suggestions;
import dev.ashlar.processor.spec.AnnotationSpec;
import dev.ashlar.processor.spec.MethodSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes tied operators refer to one parameter: {@code @Tied("weight=wte.weight")}. */
final class Ties {
    private final ScopeContext scope;
    private final Map<String, MethodSpec> methods;

    Ties(ScopeContext scope, Map<String, MethodSpec> methods) {
        this.scope = scope;
        this.methods = methods;
    }

    List<Node> resolve(List<Node> nodes) {
        Map<String, ScopeParameter> byName = new TreeMap<>();
        for (Node node : nodes) {
            if (node instanceof OperatorNode operator) {
                operator.parameters().forEach(p -> byName.put(p.name(), p));
            }
        }
        Map<ScopeParameter, ScopeParameter> replaced = new HashMap<>();
        for (MethodSpec method : methods.values()) {
            method.annotation("Tied")
                    .filter(t -> method.annotation("Use").isEmpty())
                    .ifPresent(t -> replace(method, t, byName, replaced));
        }
        if (replaced.isEmpty()) {
            return nodes;
        }
        List<Node> tied = new ArrayList<>();
        for (Node node : nodes) {
            tied.add(node instanceof OperatorNode operator ? withParameters(operator, replaced) : node);
        }
        return tied;
    }

    private static OperatorNode withParameters(OperatorNode node, Map<ScopeParameter, ScopeParameter> replaced) {
        return new OperatorNode(
                node.name(),
                node.operator(),
                node.attributes(),
                node.signature(),
                node.inputs(),
                node.parameters().stream().map(p -> replaced.getOrDefault(p, p)).toList(),
                node.outputs(),
                node.source());
    }

    private void replace(
            MethodSpec method,
            AnnotationSpec tied,
            Map<String, ScopeParameter> byName,
            Map<ScopeParameter, ScopeParameter> replaced) {
        for (Object entry : (List<?>) tied.value("value").value()) {
            ValueSpec value = (ValueSpec) entry;
            int equals = value.text().indexOf('=');
            if (equals < 0) {
                throw new ModelException(
                        Code.BAD_TIE,
                        value.source(),
                        "'" + value.text() + "' ties nothing. Write own=other, as in @Tied(\"weight=wte.weight\").");
            }
            ScopeParameter own =
                    find(method.name() + "." + value.text().substring(0, equals).trim(), value, byName);
            ScopeParameter other = find(value.text().substring(equals + 1).trim(), value, byName);
            if (replaced.containsKey(other) || own == other) {
                throw new ModelException(
                        Code.BAD_TIE,
                        value.source(),
                        "'" + other.name() + "' is itself tied to another parameter. Tie both to that one.");
            }
            if (!own.type().sizes().equals(other.type().sizes())) {
                throw new ModelException(
                        Code.BAD_TIE,
                        value.source(),
                        "'" + own.name() + "' " + own.type() + " cannot be tied to '" + other.name() + "' "
                                + other.type() + ": the shapes differ.");
            }
            replaced.put(own, other);
        }
    }

    private ScopeParameter find(String name, ValueSpec value, Map<String, ScopeParameter> byName) {
        ScopeParameter found = byName.get(name);
        if (found == null) {
            throw new ModelException(
                    Code.BAD_TIE,
                    value.source(),
                    "There is no parameter '" + name + "' in " + scope.spec.simpleName() + "."
                            + Suggestions.didYouMean(name, byName.keySet()) + " Its parameters are "
                            + String.join(", ", byName.keySet()) + ".");
        }
        return found;
    }
}
