package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.Initial;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A graph as a text that says all of it, in one way only: equal texts mean equal models. Blocks are numbered as they are met. */
public final class GraphText {
    private final StringBuilder text = new StringBuilder();
    private final Map<Scope, Integer> numbers = new IdentityHashMap<>();

    private GraphText() {}

    /** The text; it depends on names, shapes and attributes, never on the order of declarations or on a machine. */
    public static String of(Graph graph) {
        GraphText writer = new GraphText();
        writer.scope(graph.root());
        return writer.text.toString();
    }

    private int scope(Scope scope) {
        Integer known = numbers.get(scope);
        if (known != null) {
            return known;
        }
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use) {
                scope(use.scope());
                use.repetitions().forEach(this::scope);
            }
        }
        int number = numbers.size();
        numbers.put(scope, number);
        line("scope " + number + " " + scope.typeName());
        scope.inputs().forEach(i -> line("input " + typed(i.value())));
        scope.parameters().forEach(p -> line("parameter " + parameter(p)));
        scope.nodes().forEach(n -> line(node(n)));
        scope.outputs()
                .forEach(o -> line("output " + o.name() + " " + o.value().name() + " feeds "
                        + o.feeds().orElse("-") + " " + o.collect()));
        scope.losses()
                .forEach(l -> line("loss " + l.name() + " " + l.value().name() + " " + Double.toHexString(l.weight())));
        return number;
    }

    private static String parameter(ScopeParameter p) {
        return p.name() + " " + p.type().sizes() + " " + p.type().element() + " "
                + initial(p.declaration().initial()) + (p.declaration().decay() ? " decay" : "")
                + (p.declaration().buffer() ? " buffer" : "")
                + (p.update().isEmpty() ? "" : " updated " + p.updated().sizes() + " " + p.update());
    }

    private static String initial(Initial initial) {
        if (initial instanceof Initial.Constant constant) {
            return "constant " + Double.toHexString(constant.value());
        }
        if (initial instanceof Initial.Normal normal) {
            return "normal " + Double.toHexString(normal.standardDeviation());
        }
        return initial instanceof Initial.Uniform uniform ? "uniform " + Double.toHexString(uniform.bound()) : "fan in";
    }

    private String node(Node node) {
        if (node instanceof CopyNode copy) {
            return copy.name() + " = copy " + copy.tensor().name() + " " + copy.forward() + " " + copy.backward();
        }
        return node instanceof OperatorNode operator ? operator(operator) : use((UseNode) node);
    }

    private static String operator(OperatorNode node) {
        String attributes = OperatorAttributes.of(node).entrySet().stream()
                .map(e -> e.getKey() + "=" + attribute(e.getValue()))
                .collect(Collectors.joining(" "));
        String parameters = node.parameters().stream().map(ScopeParameter::name).collect(Collectors.joining(","));
        return node.name() + " = " + node.operator().kind() + "(" + names(node.inputs()) + ") [" + attributes + "] {"
                + parameters + "} -> "
                + node.outputs().stream().map(GraphText::typed).toList();
    }

    private static String attribute(Object value) {
        return value instanceof Double real ? Double.toHexString(real) : String.valueOf(value);
    }

    private String use(UseNode use) {
        return use.name() + " = scope " + numbers.get(use.scope()) + "(" + names(use.inputs()) + ") repeats "
                + use.repeats().map(String::valueOf).orElse("-") + (use.shared() ? " shared" : "")
                + use.repetitions().stream().map(r -> " " + numbers.get(r)).collect(Collectors.joining()) + " tied "
                + use.tiedTo().orElse("-") + " feeds " + use.feeds() + " -> "
                + use.outputs().stream().map(GraphText::typed).toList();
    }

    private static String names(List<Value> values) {
        return values.stream().map(Value::name).collect(Collectors.joining(","));
    }

    private static String typed(Value value) {
        return value.name() + " " + value.type().sizes() + " " + value.type().element();
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
