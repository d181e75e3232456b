package dev.ashlar.processor.joint;

import dev.ashlar.processor.joint.Need.Interval;
import dev.ashlar.processor.joint.Table.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What may become of the units of a piece behind forward: backward finds them, or makes them again before the first call that needs
 * them, as {@code graph.Recompute} does. The label of a unit says all of it that decides about memory and time: whether it is made again,
 * when, and how long it stays. Which labels go together follows from who reads whom, so that a unit's label is a choice between keeping
 * it and making it again, and no more.
 *
 * <p>What backward does not read itself is never kept for the sake of what is made of it: it is made again as well.
 */
final class Fates {
    /** Units whose readers decide about one rule; of more, sums are variables of their own. */
    private static final int READERS_OF_A_RULE = 2;

    /**
     * Of the calls of backward before which a unit may be made again, so many of the latest are offered on a mesh, and the earliest. The
     * latest serve what is made again alone or with its neighbours, the earliest a whole block of which the input alone is kept. With twelve
     * of them the plans of a GPT on four devices were at most 0.2 % faster within ten budgets, and elimination added up three times as much.
     * On one device, where there is nothing else to choose, all are offered where they are few: the smallest memory of a GPT is 1 % less for it.
     */
    private static final int LATEST_CALLS = 2;

    /** So many calls, or fewer, are few. */
    private static final int FEW_CALLS = 12;

    private final Units units;
    private final Map<Unit, List<Fate>> fates = new HashMap<>();
    private final Map<Unit, Variable> variables = new LinkedHashMap<>();
    private final Map<Variable, Set<Variable>> sums = new LinkedHashMap<>();
    private final List<Rule> rules = new ArrayList<>();
    /** Units that backward may need, by what they lay out anew. */
    private final Map<Marker, Unit> moved = new HashMap<>();

    private final Set<Unit> readInBackward = new HashSet<>();

    /** Which labels of some variables go together. */
    record Rule(List<Variable> over, Predicate<Labels> allows) {}

    /** A reader about which something is to be decided: when it needs the unit, by its label. */
    private record Reader(Variable variable, List<Interval> needs, Set<Integer> results) {}

    private Fates(Units units) {
        this.units = units;
    }

    static Fates of(Units units) {
        Fates fates = new Fates(units);
        for (int i = units.all().size() - 1; i >= 0; i--) {
            fates.decide(units.all().get(i));
        }
        for (Unit unit : units.all()) {
            if (fates.of(unit).size() > 1) {
                unit.moving().ifPresent(m -> fates.moved.putIfAbsent(m, unit));
            }
        }
        return fates;
    }

    Units units() {
        return units;
    }

    /** What may become of a unit, by label. */
    List<Fate> of(Unit unit) {
        return Objects.requireNonNull(fates.get(unit));
    }

    /** What decides about a unit. */
    Variable variable(Unit unit) {
        return Objects.requireNonNull(variables.get(unit));
    }

    /** The unit that something is laid out anew as, if backward may need it. */
    Optional<Unit> of(Marker moving) {
        return Optional.ofNullable(moved.get(moving));
    }

    /** Labels of a unit of which something holds. */
    Set<Integer> labels(Unit unit, Predicate<Fate> holds) {
        List<Fate> all = of(unit);
        Set<Integer> labels = new LinkedHashSet<>();
        for (int label = 0; label < all.size(); label++) {
            if (holds.test(all.get(label))) {
                labels.add(label);
            }
        }
        return labels;
    }

    /** Variables that sum up what several readers need, by what they depend on. */
    Map<Variable, Set<Variable>> sums() {
        return sums;
    }

    List<Rule> rules() {
        return rules;
    }

    private void decide(Unit unit) {
        Need always = Need.none(unit.results().size());
        for (int r = 0; r < unit.results().size(); r++) {
            for (int call : units.calls(unit, r)) {
                always = always.with(new Interval(call, units.reading(call)), Set.of(r));
                readInBackward.add(unit);
            }
        }
        List<Reader> readers = new ArrayList<>();
        for (Unit reader : units.readers(unit)) {
            Need so = always;
            List<Interval> needs = of(reader).stream()
                    .map(f -> beside(so, need(reader, f), resultsReadBy(reader, unit)))
                    .toList();
            Set<Integer> results = resultsReadBy(reader, unit);
            if (reader.copy().isPresent() && readInBackward.contains(reader)) {
                readInBackward.add(unit);
            }
            if (Set.copyOf(needs).size() == 1) {
                always = always.with(needs.get(0), results);
            } else {
                readers.add(new Reader(variable(reader), needs, results));
            }
        }
        decide(unit, always, readers);
    }

    private Set<Integer> resultsReadBy(Unit reader, Unit unit) {
        return units.reads(reader).stream()
                .filter(p -> p.unit() == unit)
                .map(Units.Place::result)
                .collect(Collectors.toSet());
    }

    /** A need as far as it goes beyond what is needed anyway, which makes many the same. */
    private static Interval beside(Need always, Interval need, Set<Integer> results) {
        if (need.first() < 0 || always.isNone()) {
            return need;
        }
        int last = results.stream().mapToInt(always.lasts()::get).min().orElse(-1);
        boolean nothing = need.first() >= always.first() && need.last() <= last;
        return nothing
                ? Interval.NEVER
                : new Interval(Math.min(need.first(), always.first()), Math.max(need.last(), last));
    }

    /** When a reader with some fate needs what it reads. */
    private Interval need(Unit reader, Fate fate) {
        return switch (fate.mode()) {
            case KEPT -> Interval.NEVER;
            case PASSED -> new Interval(fate.first(), fate.last());
            case AGAIN -> new Interval(fate.first(), units.reading(fate.first(), reader));
        };
    }

    private void decide(Unit unit, Need always, List<Reader> readers) {
        List<Need> needs = List.of(always);
        List<Reader> open = readers;
        while (open.size() > READERS_OF_A_RULE) {
            Reader left = open.get(0);
            Reader right = open.get(1);
            List<Interval> sum = distinctSums(left, right);
            // The sum of the first two takes their place.
            Set<Integer> results = new LinkedHashSet<>(left.results());
            results.addAll(right.results());
            if (!left.results().equals(right.results())) {
                break;
            }
            Variable variable = new Variable("readers of " + unit, sum.size());
            sums.put(variable, new LinkedHashSet<>(List.of(left.variable(), right.variable())));
            rules.add(new Rule(
                    List.of(left.variable(), right.variable(), variable),
                    x -> sum.get(x.of(variable))
                            .equals(plus(
                                    left.needs().get(x.of(left.variable())),
                                    right.needs().get(x.of(right.variable()))))));
            List<Reader> fewer = new ArrayList<>(open.subList(2, open.size()));
            fewer.add(0, new Reader(variable, sum, results));
            open = fewer;
        }
        for (Reader reader : open) {
            needs = needs.stream()
                    .flatMap(n -> reader.needs().stream().map(i -> n.with(i, reader.results())))
                    .distinct()
                    .toList();
        }
        boolean neverNeeded = needs.stream().allMatch(Need::isNone);
        List<Fate> all = neverNeeded
                ? List.of(new Fate(Fate.Mode.KEPT, -1, always.lasts()))
                : offered(needs.stream()
                        .flatMap(n -> fates(unit, n).stream())
                        .distinct()
                        .toList());
        fates.put(unit, all);
        Variable variable = new Variable("fate of " + unit, all.size());
        variables.put(unit, variable);
        if (all.size() > 1) {
            addRule(unit, variable, always, open);
        }
    }

    private List<Fate> offered(List<Fate> all) {
        List<Integer> calls = all.stream()
                .map(Fate::first)
                .filter(f -> f >= 0)
                .distinct()
                .sorted(Comparator.reverseOrder())
                .toList();
        if (units.alone() && calls.size() <= FEW_CALLS) {
            return all;
        }
        Set<Integer> offered = new HashSet<>();
        for (int i = 0; i < calls.size(); i++) {
            if (i < LATEST_CALLS || i == calls.size() - 1) {
                offered.add(calls.get(i));
            }
        }
        return all.stream()
                .filter(f -> f.first() < 0 || offered.contains(f.first()))
                .toList();
    }

    private static List<Interval> distinctSums(Reader left, Reader right) {
        return left.needs().stream()
                .flatMap(l -> right.needs().stream().map(r -> plus(l, r)))
                .distinct()
                .toList();
    }

    private static Interval plus(Interval left, Interval right) {
        if (left.first() < 0 || right.first() < 0) {
            return left.first() < 0 ? right : left;
        }
        return new Interval(Math.min(left.first(), right.first()), Math.max(left.last(), right.last()));
    }

    private void addRule(Unit unit, Variable variable, Need always, List<Reader> readers) {
        List<Variable> over = new ArrayList<>(List.of(variable));
        readers.forEach(r -> over.add(r.variable()));
        List<Fate> all = of(unit);
        rules.add(new Rule(over, x -> {
            Need need = always;
            for (Reader reader : readers) {
                need = need.with(reader.needs().get(x.of(reader.variable())), reader.results());
            }
            return fates(unit, need).contains(all.get(x.of(variable)));
        }));
    }

    /** What may become of a unit that is needed so. */
    private List<Fate> fates(Unit unit, Need need) {
        List<Fate> possible = new ArrayList<>();
        boolean repeats = units.isRepeatable(unit) && !need.isNone();
        if (!repeats || readInBackward.contains(unit)) {
            possible.add(new Fate(Fate.Mode.KEPT, -1, need.lasts()));
        }
        if (repeats) {
            possible.add(new Fate(Fate.Mode.AGAIN, need.first(), need.lasts()));
        }
        if (unit.moving().isPresent()) {
            possible.add(0, new Fate(Fate.Mode.PASSED, need.first(), need.lasts()));
        }
        return possible;
    }
}
