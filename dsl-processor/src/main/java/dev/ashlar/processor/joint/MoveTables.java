package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.joint.Table.Labels;
import dev.ashlar.processor.local.Boundary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Writes the tables of what is laid out anew: tensors for their readers, gradients as they are stored. */
final class MoveTables {
    private final Lifetimes lifetimes;
    private final Choices choices;
    private final Ways ways;
    private final Conditions conditions;
    private final StorageTables storages;
    private final TableWriter writer;

    MoveTables(
            Lifetimes lifetimes,
            Choices choices,
            Ways ways,
            Conditions conditions,
            StorageTables storages,
            TableWriter writer) {
        this.lifetimes = lifetimes;
        this.choices = choices;
        this.ways = ways;
        this.conditions = conditions;
        this.storages = storages;
        this.writer = writer;
    }

    /** What decides about what a copy takes. */
    Set<Variable> over(int point, Moment.Moving moving) {
        Set<Variable> over = new LinkedHashSet<>(ways.variables(moving.marker()));
        List<Storage.Condition> all = new ArrayList<>();
        for (Places.Handed source : lifetimes.sources(moving)) {
            all.addAll(source.when());
            all.addAll(conditions.about(source.storage(), point + 1));
            over.addAll(storages.overStaying(source.storage()));
        }
        conditions.addVariables(over, all);
        return over;
    }

    void copy(Copy copy) {
        Made made = choices.made(copy.tensor());
        Wanted wanted = choices.wanted(copy);
        Set<Variable> over = new LinkedHashSet<>(List.of(made.variable(), wanted.variable()));
        boolean back = lifetimes.moments().stream()
                .anyMatch(m ->
                        m instanceof Moment.Moving moving && moving.marker().equals(new Marker.OfCopy(copy, true)));
        Ways.Way forward = ways.way(new Marker.OfCopy(copy, false));
        Ways.Way backward = back ? ways.way(new Marker.OfCopy(copy, true)) : forward;
        writer.addOrForbid(over, x -> {
            Optional<Route> there = forward.of(x);
            Optional<Route> again = backward.of(x);
            return there.isEmpty() || again.isEmpty()
                    ? -1
                    : there.get().ticks() + (back ? again.get().ticks() : 0);
        });
        for (Choices.Reader reader : choices.agreeing(copy)) {
            Map<Boundary, Integer> numbers = new HashMap<>();
            int[] own = numbered(choices.boundaries(reader), numbers);
            int[] others = numbered(wanted.boundaries(), numbers);
            Variable operator = choices.variable(reader.node());
            writer.addOrForbid(
                    List.of(wanted.variable(), operator),
                    x -> own[x.of(operator)] == others[x.of(wanted.variable())] ? 0 : -1);
        }
    }

    /** Equal ones have the same number. */
    private static int[] numbered(List<Boundary> boundaries, Map<Boundary, Integer> numbers) {
        int[] numbered = new int[boundaries.size()];
        for (int k = 0; k < numbered.length; k++) {
            numbered[k] = numbers.computeIfAbsent(boundaries.get(k), b -> numbers.size());
        }
        return numbered;
    }

    /** Where a copy comes from, if some conditions hold, and whether that stays. */
    private record Source(Predicate<Labels> holds, Storage storage, Predicate<Labels> stays) {}

    /** What a copy takes beside its source, which it may overwrite if nobody reads it again. */
    void moving(int point, Moment.Moving moving) {
        List<Places.Handed> sources = lifetimes.sources(moving);
        Set<Variable> over = over(point, moving);
        boolean ownsStorage = moving.source().storage() == moving.source();
        List<Source> from = sources.stream()
                .map(s -> new Source(
                        conditions.anyHolds(List.of(s.when())), s.storage(), storages.stays(s.storage(), point + 1)))
                .toList();
        Ways.Way way = ways.way(moving.marker());
        writer.live(point, point + 1, over, x -> {
            Route route = way.of(x).orElse(Route.NONE);
            if (!route.moved()) {
                return 0;
            }
            Source source = source(from, x);
            if (source.stays().test(x)) {
                return route.stayingBytes();
            }
            return ownsStorage && source.storage().fresh() ? route.overwritingBytes() : route.leavingBytes();
        });
        if (moving.marker() instanceof Marker.OfParameter gradient) {
            fused(point, gradient);
        }
    }

    private static Source source(List<Source> sources, Labels x) {
        int k = 0;
        while (!sources.get(k).holds().test(x)) {
            k++;
        }
        return sources.get(k);
    }

    /** A gradient's place among those that are summed as one is there before the gradient, from the first kernel of backward. */
    private void fused(int point, Marker.OfParameter gradient) {
        OperatorNode node = choices.ofWhole(gradient.node());
        Variable variable = choices.variable(node);
        Variable storage = choices.storage(node);
        OperatorMenu menu = choices.menu(node);
        writer.live(
                lifetimes.firstBackwardCall(),
                point + 1,
                List.of(variable, storage),
                x -> Math.max(
                        0,
                        menu.amount(
                                x.of(variable),
                                x.of(storage),
                                s -> s.fusedBytes().get(gradient.parameter()))));
    }

    /** A parameter is gathered beside the part that is stored. */
    void gathering(int point, Marker marker) {
        Ways.Way way = ways.way(marker);
        writer.live(
                point,
                point + 1,
                ways.variables(marker),
                x -> way.of(x).map(Route::stayingBytes).orElse(0L));
    }
}
