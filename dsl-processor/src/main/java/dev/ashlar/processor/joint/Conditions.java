package dev.ashlar.processor.joint;

import dev.ashlar.processor.joint.Storage.Condition;
import dev.ashlar.processor.joint.Table.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Whether conditions hold, by labels. A condition that would widen a table too much is a variable of its own with two labels, tied to
 * what decides about it: many small tables are cheaper than one large.
 */
final class Conditions {
    /** Most variables of a table that speaks of conditions by what decides about them. */
    private static final int DIRECT = 3;

    private final Ways ways;
    private final Fates fates;
    /** By marker or condition. */
    private final Map<Object, Variable> bits = new LinkedHashMap<>();

    private final List<Condition> asked = new ArrayList<>();
    private final Map<Storage, Map<Integer, List<List<Condition>>>> alive = new HashMap<>();
    private final Map<Condition, Map<List<Variable>, boolean[]>> tabulated = new HashMap<>();

    Conditions(Ways ways, Fates fates) {
        this.ways = ways;
        this.fates = fates;
    }

    /** The condition itself, or, of two that are opposites, their name. */
    private static Object key(Condition condition) {
        return condition instanceof Condition.Moved moved ? moved.marker() : condition;
    }

    boolean holds(Condition condition, Labels x) {
        boolean yes = Optional.ofNullable(bits.get(key(condition)))
                .filter(x::has)
                .map(bit -> x.of(bit) == 1)
                .orElseGet(() -> isTrue(condition, x));
        return condition instanceof Condition.Moved moved ? moved.moved() == yes : yes;
    }

    private boolean isMoved(Marker marker, Labels x) {
        Optional<Unit> copy = fates.of(marker);
        if (copy.isPresent() && x.has(fates.variable(copy.get()))) {
            int label = x.of(fates.variable(copy.get()));
            return fates.of(copy.get()).get(label).mode() != Fate.Mode.PASSED;
        }
        return ways.way(marker).isMoved(x);
    }

    private Set<Variable> deciding(Condition condition, Set<Variable> over) {
        if (condition instanceof Condition.Fated fated) {
            return Set.of(fates.variable(fated.unit()));
        }
        Marker marker = ((Condition.Moved) condition).marker();
        Set<Variable> variables = ways.variables(marker);
        return over.containsAll(variables)
                ? variables
                : fates.of(marker).map(u -> Set.of(fates.variable(u))).orElse(variables);
    }

    private static long open(Collection<Variable> variables) {
        return variables.stream().filter(v -> v.labels() > 1).count();
    }

    /** Adds what decides about conditions. */
    void addVariables(Set<Variable> over, Collection<Condition> conditions) {
        Set<Variable> direct = new LinkedHashSet<>(over);
        conditions.forEach(c -> direct.addAll(deciding(c, direct)));
        if (open(direct) <= DIRECT) {
            over.addAll(direct);
            return;
        }
        for (Condition condition : conditions) {
            Set<Variable> deciding = deciding(condition, over);
            boolean small = deciding.stream().allMatch(v -> v.labels() <= 2) && deciding.size() == 1;
            if (over.containsAll(deciding) || small || open(deciding) == 0) {
                over.addAll(deciding);
            } else {
                over.add(bit(condition));
            }
        }
    }

    private Variable bit(Condition condition) {
        return bits.computeIfAbsent(key(condition), k -> {
            asked.add(condition);
            return new Variable("whether " + k, 2);
        });
    }

    /** Variables of conditions, by what decides about each of them. */
    Map<Variable, Set<Variable>> variables() {
        Map<Variable, Set<Variable>> after = new LinkedHashMap<>();
        for (Condition condition : asked) {
            after.put(bit(condition), deciding(condition, Set.of()));
        }
        return after;
    }

    /** What ties variables of conditions to what decides about them. */
    List<Fates.Rule> rules() {
        List<Fates.Rule> rules = new ArrayList<>();
        for (Condition condition : asked) {
            Variable bit = bit(condition);
            List<Variable> over = new ArrayList<>(deciding(condition, Set.of()));
            over.add(bit);
            rules.add(new Fates.Rule(over, x -> (x.of(bit) == 1) == isTrue(condition, x)));
        }
        return rules;
    }

    /** Whether it holds, or, of two opposites, the one that says yes. */
    private boolean isTrue(Condition condition, Labels x) {
        if (condition instanceof Condition.Moved moved) {
            return isMoved(moved.marker(), x);
        }
        Condition.Fated fated = (Condition.Fated) condition;
        return fated.labels().contains(x.of(fates.variable(fated.unit())));
    }

    /** A condition by the labels of those variables of a table that decide about it: the places of these, and whether it holds. */
    private record Tabulated(int[] places, int[] labels, boolean[] holds) {
        boolean holds(Labels x) {
            int entry = 0;
            for (int k = 0; k < places.length; k++) {
                entry = entry * labels[k] + x.at(places[k]);
            }
            return holds[entry];
        }
    }

    private Tabulated tabulated(Condition condition, Labels table) {
        List<Variable> deciding =
                here(condition, table).stream().filter(v -> v.labels() > 1).toList();
        int[] labels = deciding.stream().mapToInt(Variable::labels).toArray();
        boolean[] holds = tabulated
                .computeIfAbsent(condition, c -> new HashMap<>())
                .computeIfAbsent(deciding, v -> holds(condition, table.part(v), labels));
        int[] places = deciding.stream().mapToInt(table.variables()::indexOf).toArray();
        return new Tabulated(places, labels, holds);
    }

    private boolean[] holds(Condition condition, Labels part, int[] labels) {
        boolean[] holds = new boolean[IntStream.of(labels).reduce(1, Math::multiplyExact)];
        for (int entry = 0; entry < holds.length; entry++) {
            holds[entry] = holds(condition, part);
            part.next();
        }
        return holds;
    }

    /** What decides about a condition in a table. */
    private Set<Variable> here(Condition condition, Labels table) {
        Optional<Variable> bit = Optional.ofNullable(bits.get(key(condition))).filter(table::has);
        if (bit.isPresent()) {
            return Set.of(bit.get());
        }
        if (condition instanceof Condition.Fated fated) {
            return Set.of(fates.variable(fated.unit()));
        }
        Marker marker = ((Condition.Moved) condition).marker();
        return fates.of(marker)
                .map(fates::variable)
                .filter(table::has)
                .map(Set::of)
                .orElseGet(() -> ways.variables(marker));
    }

    /** Whether a storage is alive at a time, by the labels of one table. */
    Predicate<Labels> isAlive(Storage storage, int point) {
        return anyHolds(alive(storage, point));
    }

    /** Whether all conditions of one list hold, by the labels of one table. */
    Predicate<Labels> anyHolds(List<List<Condition>> alternatives) {
        List<List<Tabulated>> tabulated = new ArrayList<>();
        return x -> {
            if (tabulated.size() < alternatives.size()) {
                alternatives.forEach(all ->
                        tabulated.add(all.stream().map(c -> tabulated(c, x)).toList()));
            }
            return anyHolds(tabulated, x);
        };
    }

    private static boolean anyHolds(List<List<Tabulated>> alternatives, Labels x) {
        for (List<Tabulated> all : alternatives) {
            boolean holds = true;
            for (int k = 0; k < all.size() && holds; k++) {
                holds = all.get(k).holds(x);
            }
            if (holds) {
                return true;
            }
        }
        return false;
    }

    /** Conditions that decide whether a storage is alive at a time. */
    List<Condition> about(Storage storage, int point) {
        return alive(storage, point).stream().flatMap(List::stream).distinct().toList();
    }

    /** Conditions under which a storage is alive at a time: all of those of one list. */
    private List<List<Condition>> alive(Storage storage, int point) {
        return alive.computeIfAbsent(storage, s -> new HashMap<>()).computeIfAbsent(point, p -> merged(storage, p));
    }

    /** Fates of one unit are one condition. */
    private List<List<Condition>> merged(Storage storage, int point) {
        Map<Unit, Set<Integer>> fated = new LinkedHashMap<>();
        Set<List<Condition>> others = new LinkedHashSet<>();
        for (Storage.Reading reading : storage.readings()) {
            if (reading.time() < point) {
                continue;
            }
            if (reading.when().size() == 1 && reading.when().get(0) instanceof Condition.Fated one) {
                fated.computeIfAbsent(one.unit(), u -> new LinkedHashSet<>()).addAll(one.labels());
            } else {
                others.add(reading.when());
            }
        }
        fated.forEach((unit, labels) -> others.add(
                labels.size() == fates.of(unit).size() ? List.of() : List.of(new Condition.Fated(unit, labels))));
        return others.stream()
                .filter(all -> others.stream().noneMatch(less -> less != all && all.containsAll(less)))
                .toList();
    }
}
