package dev.ashlar.processor.spec;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order of a model's inputs in its batch: that in which the losses, and then the outputs, read them. It depends on names alone, never
 * on the order of declarations.
 */
public final class ReadingOrder {
    private final Map<String, MethodSpec> methods = new HashMap<>();
    private final Set<String> visited = new HashSet<>();
    private final Set<String> inputs = new LinkedHashSet<>();

    private ReadingOrder() {}

    /** The names of the inputs; those that nothing reads come last, sorted. */
    public static List<String> inputs(InterfaceSpec model) {
        ReadingOrder order = new ReadingOrder();
        model.methods().forEach(m -> order.methods.put(m.name(), m));
        model.methods().stream()
                .filter(m -> m.annotation("Loss").isPresent()
                        || m.annotation("Output").isPresent())
                .sorted(Comparator.comparing(
                                (MethodSpec m) -> m.annotation("Loss").isEmpty())
                        .thenComparing(MethodSpec::name))
                .forEach(m -> order.visit(m.name()));
        model.methods().stream().map(MethodSpec::name).sorted().forEach(order::visit);
        return List.copyOf(order.inputs);
    }

    private void visit(String name) {
        MethodSpec method = methods.get(name);
        if (method == null || !visited.add(name)) {
            return;
        }
        if (method.annotation("Input").isPresent()) {
            inputs.add(name);
        }
        for (ParameterSpec parameter : method.parameters()) {
            int dot = parameter.reads().indexOf('.');
            visit(dot < 0 ? parameter.reads() : parameter.reads().substring(0, dot));
        }
    }
}
