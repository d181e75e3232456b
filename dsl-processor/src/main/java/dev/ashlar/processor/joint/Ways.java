package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.shard.Layout;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/** Ways of copies and gradients by the labels of what decides about them. */
final class Ways {
    private Ways() {}

    /** The way; empty if there is none. */
    static Optional<Route> of(Choices choices, Routes routes, Marker marker, ToIntFunction<Variable> label) {
        if (marker instanceof Marker.OfParameter parameter) {
            OperatorNode node = choices.ofWhole(parameter.node());
            Facts facts = choices.menu(node).facts().get(label.applyAsInt(choices.variable(node)));
            return Optional.of(facts.gradients().get(parameter.parameter()));
        }
        Marker.OfCopy of = (Marker.OfCopy) marker;
        Value tensor = of.copy().tensor();
        Made made = choices.made(tensor);
        Wanted wanted = choices.wanted(of.copy());
        Boundary boundary = wanted.boundaries().get(label.applyAsInt(wanted.variable()));
        if (!of.backward()) {
            Layout from = made.layouts().get(label.applyAsInt(made.variable()));
            return routes.of(tensor.type(), from, boundary.layout());
        }
        Layout to = made.gradients().orElseThrow().get(label.applyAsInt(made.variable()));
        return routes.of(tensor.type(), boundary.gradient(), to);
    }

    /** What decides about a way. */
    static Set<Variable> variables(Choices choices, Marker marker) {
        if (marker instanceof Marker.OfParameter parameter) {
            return Set.of(choices.variable(choices.ofWhole(parameter.node())));
        }
        Copy copy = ((Marker.OfCopy) marker).copy();
        return new LinkedHashSet<>(List.of(
                choices.made(copy.tensor()).variable(), choices.wanted(copy).variable()));
    }
}
