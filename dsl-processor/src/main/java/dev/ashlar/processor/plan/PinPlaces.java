package dev.ashlar.processor.plan;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.spec.AnnotationSpec;
import dev.ashlar.processor.spec.InterfaceSpec;
import dev.ashlar.processor.spec.MethodSpec;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the pins of a plan, of the methods of its model and of those of its blocks. */
final class PinPlaces {
    private final PlanSpec plan;
    private final Map<MethodSpec, Set<String>> patterns = new LinkedHashMap<>();

    private PinPlaces(PlanSpec plan) {
        this.plan = plan;
    }

    /** Tells which operators are meant. */
    interface Meant {
        boolean matches(String operator);
    }

    /**
     * A pin with what it is for.
     *
     * @param words what it names, in words
     * @param source of these words
     */
    record Placed(AnnotationSpec pin, Meant meant, String words, Source source) {}

    /** The plan's own pins last. */
    static List<Placed> of(PlanSpec plan, Scope root) {
        PinPlaces places = new PinPlaces(plan);
        places.collect(plan.model(), root, "");
        List<Placed> all = new ArrayList<>();
        places.patterns.forEach((method, operators) -> method.annotation("Pin").ifPresent(pin -> {
            List<OperatorPattern> meant =
                    operators.stream().map(OperatorPattern::new).toList();
            String words = operators.iterator().next();
            Meant any = name -> meant.stream().anyMatch(m -> m.matches(name));
            all.add(new Placed(pin, any, words, method.source()));
        }));
        for (AnnotationSpec pin : plan.pins()) {
            String at = pin.value("at").text().strip();
            all.add(new Placed(
                    pin, new OperatorPattern(at)::matches, at, pin.value("at").source()));
        }
        return all;
    }

    /** @param path of the scope with stars for repetitions */
    private void collect(InterfaceSpec type, Scope scope, String path) {
        for (MethodSpec method : type.methods()) {
            if (method.annotation("Pin").isPresent()) {
                patterns.computeIfAbsent(method, m -> new LinkedHashSet<>()).add(path + method.name());
            }
        }
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use) {
                block(type, use)
                        .ifPresent(b -> collect(
                                b,
                                use.scope(),
                                path + use.name() + (use.repeats().isPresent() ? "[*]." : ".")));
            }
        }
    }

    private Optional<InterfaceSpec> block(InterfaceSpec user, UseNode use) {
        return user.methods().stream()
                .filter(m -> m.name().equals(use.name()))
                .findFirst()
                .flatMap(m -> m.annotation("Use"))
                .flatMap(u ->
                        Optional.ofNullable(plan.blocks().get(u.value("value").text())));
    }

    /** The operators of a model by their full names, in order of forward. */
    static Map<String, OperatorNode> operators(Scope root) {
        Map<String, OperatorNode> all = new LinkedHashMap<>();
        operators(root, "", all);
        return all;
    }

    private static void operators(Scope scope, String path, Map<String, OperatorNode> all) {
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                all.put(path + operator.name(), operator);
            } else if (node instanceof UseNode use) {
                for (long i = 0; i < use.count(); i++) {
                    operators(use.scope(), path + use.name() + (use.repeats().isPresent() ? "[" + i + "]." : "."), all);
                }
            }
        }
    }
}
