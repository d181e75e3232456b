package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.joint.Table.Labels;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.shard.Layout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** Ways of copies and gradients by the labels of what decides about them. */
final class Ways {
    /** Says that something stays; it takes no memory itself. */
    private static final Route HELD = new Route(true, 0, 0, 0, 0);

    private final Choices choices;
    private final Routes routes;
    private final Map<Marker, Way> known = new HashMap<>();

    /**
     * @param routes label of the first variable, then of the second; empty where there is no way
     */
    record Way(Variable first, Variable second, List<List<Optional<Route>>> routes) {
        /** The way by the labels of a table; empty if there is none. */
        Optional<Route> of(Labels x) {
            return routes.get(x.of(first)).get(x.of(second));
        }

        /** The way by labels; empty if there is none. */
        Optional<Route> of(ToIntFunction<Variable> label) {
            return routes.get(label.applyAsInt(first)).get(label.applyAsInt(second));
        }

        boolean isMoved(Labels x) {
            Optional<Route> route = of(x);
            return route.isPresent() && route.get().moved();
        }
    }

    Ways(Choices choices, Routes routes) {
        this.choices = choices;
        this.routes = routes;
    }

    /** What decides about a way. */
    Set<Variable> variables(Marker marker) {
        Way way = way(marker);
        return new LinkedHashSet<>(List.of(way.first(), way.second()));
    }

    /** All ways of a copy or a gradient. */
    Way way(Marker marker) {
        Way way = known.get(marker);
        if (way == null) {
            way = find(marker);
            known.put(marker, way);
        }
        return way;
    }

    private Way find(Marker marker) {
        if (marker instanceof Marker.OfCopy copy) {
            return find(copy);
        } else if (marker instanceof Marker.OfGather gather) {
            return find(
                    gather.node(), s -> (gather.backward() ? s.gathersAgain() : s.gathers()).get(gather.parameter()));
        } else if (marker instanceof Marker.OfUpdate of) {
            return find(of.node(), s -> s.updates().get(of.parameter()));
        } else if (marker instanceof Marker.OfOverlap of) {
            return find(of.node(), s -> s.overlapped().get(of.parameter()) ? HELD : Route.NONE);
        } else if (marker instanceof Marker.OfAhead of) {
            return find(of.node(), s -> s.ahead().get(of.parameter()) ? HELD : Route.NONE);
        }
        Marker.OfParameter gradient = (Marker.OfParameter) marker;
        return find(gradient.node(), s -> s.gradients().get(gradient.parameter()));
    }

    private Way find(OperatorNode whole, Function<Stored, Route> route) {
        OperatorNode node = choices.ofWhole(whole);
        Variable storage = choices.storage(node);
        List<List<Optional<Route>>> all = new ArrayList<>();
        for (List<Stored> stored : choices.menu(node).stored()) {
            List<Optional<Route>> row = new ArrayList<>();
            for (int label = 0; label < storage.labels(); label++) {
                row.add(label < stored.size() ? Optional.of(route.apply(stored.get(label))) : Optional.empty());
            }
            all.add(List.copyOf(row));
        }
        return new Way(choices.variable(node), storage, List.copyOf(all));
    }

    private Way find(Marker.OfCopy marker) {
        Value tensor = marker.copy().tensor();
        Made made = choices.made(tensor);
        Wanted wanted = choices.wanted(marker.copy());
        List<Layout> makers = marker.backward() ? made.gradients().orElseThrow() : made.layouts();
        List<Layout> readers = wanted.boundaries().stream()
                .map(marker.backward() ? Boundary::gradient : Boundary::layout)
                .toList();
        int[] places = places(readers);
        // Many labels agree on a layout.
        Map<Layout, List<Optional<Route>>> rows = new HashMap<>();
        List<List<Optional<Route>>> all = new ArrayList<>();
        for (Layout maker : makers) {
            all.add(rows.computeIfAbsent(maker, m -> {
                List<Optional<Route>> row = new ArrayList<>();
                for (int w = 0; w < places.length; w++) {
                    Layout reader = readers.get(w);
                    row.add(
                            places[w] < w
                                    ? row.get(places[w])
                                    : marker.backward()
                                            ? routes.of(tensor.type(), reader, m)
                                            : routes.of(tensor.type(), m, reader));
                }
                return List.copyOf(row);
            }));
        }
        return new Way(made.variable(), wanted.variable(), List.copyOf(all));
    }

    /** Where an equal layout stands first. */
    private static int[] places(List<Layout> layouts) {
        Map<Layout, Integer> first = new HashMap<>();
        int[] places = new int[layouts.size()];
        for (int k = 0; k < places.length; k++) {
            int place = k;
            places[k] = first.computeIfAbsent(layouts.get(k), l -> place);
        }
        return places;
    }
}
