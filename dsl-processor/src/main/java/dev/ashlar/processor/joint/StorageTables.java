package dev.ashlar.processor.joint;

import dev.ashlar.processor.joint.Table.Labels;
import dev.ashlar.processor.solve.Quantity;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Writes the tables of what stays in memory over several calls. */
final class StorageTables {
    private final Lifetimes lifetimes;
    private final Bytes bytes;
    private final Map<Storage, Variable> keptBefore;
    private final Conditions conditions;
    private final TableWriter writer;

    /**
     * @param keptBefore for what comes in, whether the piece before keeps it, where that is a choice
     */
    StorageTables(
            Lifetimes lifetimes,
            Bytes bytes,
            Map<Storage, Variable> keptBefore,
            Conditions conditions,
            TableWriter writer) {
        this.lifetimes = lifetimes;
        this.bytes = bytes;
        this.keptBefore = keptBefore;
        this.conditions = conditions;
        this.writer = writer;
    }

    /** What decides about what a storage takes at a time. */
    Set<Variable> over(Storage storage, int time) {
        Set<Variable> over = new LinkedHashSet<>(bytes.variables(storage.size()));
        Optional.ofNullable(keptBefore.get(storage)).ifPresent(over::add);
        conditions.addVariables(over, conditions.about(storage, time));
        return over;
    }

    /** What decides whether the piece keeps what it hands on. */
    Set<Variable> over(List<Lifetimes.Handed> handed) {
        List<Storage.Condition> all = new ArrayList<>();
        for (Lifetimes.Handed of : handed) {
            all.addAll(of.when());
            all.addAll(conditions.about(of.storage(), lifetimes.forwardPoints()));
        }
        Set<Variable> over = new LinkedHashSet<>();
        conditions.addVariables(over, all);
        return over;
    }

    /** What a storage takes while it is alive. */
    void storage(Storage storage) {
        int from = storage.birth() + 1;
        int points = lifetimes.end();
        int boundary = lifetimes.forwardPoints();
        List<Integer> times = storage.readings().stream()
                .map(Storage.Reading::time)
                .filter(t -> t > storage.birth())
                .distinct()
                .sorted()
                .toList();
        for (int time : times) {
            Set<Variable> over = over(storage, time);
            Optional<Variable> before = Optional.ofNullable(keptBefore.get(storage));
            Predicate<Labels> alive = conditions.isAlive(storage, time);
            ToLongFunction<Labels> amount =
                    x -> before.map(x::of).orElse(0) == 0 && alive.test(x) ? bytes.of(storage.size(), x) : 0;
            writer.live(from, Math.min(time + 1, points), over, amount);
            if (from <= boundary && time >= boundary && !storage.backward()) {
                writer.add(Quantity.KEPT, over, amount);
            }
            if (time == points) {
                writer.add(Quantity.GRADIENT, over, amount);
            }
            from = time + 1;
        }
    }

    /** Forbids labels of a variable that does not say whether a piece keeps what it hands on. */
    void kept(Variable variable, List<Lifetimes.Handed> handed) {
        Set<Variable> over = over(handed);
        over.add(variable);
        Map<Lifetimes.Handed, Predicate<Labels>> alive = new IdentityHashMap<>();
        handed.forEach(h -> alive.put(h, conditions.isAlive(h.storage(), lifetimes.forwardPoints())));
        writer.addOrForbid(over, x -> {
            boolean kept = handed.stream()
                    .anyMatch(h -> Objects.requireNonNull(alive.get(h)).test(x)
                            && h.when().stream().allMatch(c -> conditions.holds(c, x)));
            return (x.of(variable) == 1) == kept ? 0 : -1;
        });
    }
}
