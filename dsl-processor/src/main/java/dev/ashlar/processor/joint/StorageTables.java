package dev.ashlar.processor.joint;

import dev.ashlar.processor.joint.Table.Labels;
import dev.ashlar.processor.solve.Quantity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Writes the tables of what stays in memory over several calls. */
final class StorageTables {
    private final Lifetimes lifetimes;
    private final Bytes bytes;
    private final Map<Storage, Variable> keptBefore;
    private final Map<Storage, Twin> twins;
    private final Conditions conditions;
    private final TableWriter writer;

    /**
     * What comes in, and may lie in the memory of something else that comes in and is there for longer.
     *
     * @param same whether it does
     * @param backward whether it comes in with backward, so that it is never there alone; else it may be kept for backward
     */
    record Twin(Variable same, boolean backward) {}

    /**
     * A storage that is kept if a piece before keeps it or this one does, and all conditions hold.
     *
     * @param same what has to hold too
     */
    record Keeping(Storage storage, List<Storage.Condition> when, Optional<Variable> same) {}

    /**
     * @param keptBefore for what comes in, whether a piece before keeps it, where that is a choice
     * @param twins what may lie in the memory of something else
     */
    StorageTables(
            Lifetimes lifetimes,
            Bytes bytes,
            Map<Storage, Variable> keptBefore,
            Map<Storage, Twin> twins,
            Conditions conditions,
            TableWriter writer) {
        this.lifetimes = lifetimes;
        this.bytes = bytes;
        this.keptBefore = keptBefore;
        this.twins = twins;
        this.conditions = conditions;
        this.writer = writer;
    }

    /** What decides about what a storage takes at a time. */
    Set<Variable> over(Storage storage, int time) {
        Set<Variable> over = new LinkedHashSet<>(bytes.variables(storage.size()));
        Optional.ofNullable(keptBefore.get(storage)).ifPresent(over::add);
        Optional.ofNullable(twins.get(storage)).map(Twin::same).ifPresent(over::add);
        conditions.addVariables(over, conditions.about(storage, time));
        return over;
    }

    /** What decides whether the piece or one before keeps what it hands on. */
    Set<Variable> over(Collection<Keeping> keeping) {
        List<Storage.Condition> all = new ArrayList<>();
        Set<Variable> over = new LinkedHashSet<>();
        for (Keeping of : keeping) {
            Optional.ofNullable(keptBefore.get(of.storage())).ifPresent(over::add);
            of.same().ifPresent(over::add);
            all.addAll(of.when());
            all.addAll(conditions.about(of.storage(), lifetimes.forwardPoints()));
        }
        conditions.addVariables(over, all);
        return over;
    }

    /** What decides whether two tensors lie in one storage. */
    Set<Variable> overShared(List<List<Storage.Condition>> shared) {
        Set<Variable> over = new LinkedHashSet<>();
        conditions.addVariables(over, shared.stream().flatMap(List::stream).toList());
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
            ToLongFunction<Labels> amount = amount(storage, time);
            int to = Math.min(time + 1, points);
            int apart = apart(storage, from, to, over, amount);
            boolean kept = from <= boundary && time >= boundary && !storage.backward();
            if (apart < to || kept || time == points) {
                Table table = writer.table(over, amount);
                writer.live(apart, to, table);
                if (kept) {
                    writer.addInStep(Quantity.KEPT, table);
                }
                if (time == points) {
                    writer.addInStep(Quantity.GRADIENT, table);
                }
            }
            from = time + 1;
        }
    }

    private ToLongFunction<Labels> amount(Storage storage, int time) {
        Predicate<Labels> before = isKeptBefore(storage);
        Predicate<Labels> alive = conditions.isAlive(storage, time);
        ToLongFunction<Labels> size = bytes.of(storage.size());
        return x -> !before.test(x) && alive.test(x) ? size.applyAsLong(x) : 0;
    }

    /** What decides beside conditions whether a storage stays whatever this piece does. */
    Set<Variable> overStaying(Storage storage) {
        Set<Variable> over = new LinkedHashSet<>();
        Optional.ofNullable(keptBefore.get(storage)).ifPresent(over::add);
        Optional.ofNullable(twins.get(storage)).map(Twin::same).ifPresent(over::add);
        return over;
    }

    /** Whether a storage is there at a time, by the labels of one table: this piece or one before needs it, or something else in it. */
    Predicate<Labels> stays(Storage storage, int point) {
        Predicate<Labels> alive = conditions.isAlive(storage, point);
        Predicate<Labels> before = isKeptBefore(storage);
        Predicate<Labels> twin = isOne(Optional.ofNullable(twins.get(storage))
                .filter(t -> t.backward() || point < lifetimes.forwardPoints())
                .map(Twin::same));
        return x -> alive.test(x) || before.test(x) || twin.test(x);
    }

    /** Whether a variable has its second label; never if there is none. */
    private static Predicate<Labels> isOne(Optional<Variable> variable) {
        return variable.<Predicate<Labels>>map(v -> x -> x.of(v) == 1).orElse(x -> false);
    }

    /** What lies in the memory of something else is not counted while that is there; the point from which on it is. */
    private int apart(Storage storage, int from, int to, Set<Variable> over, ToLongFunction<Labels> amount) {
        Optional<Twin> twin = Optional.ofNullable(twins.get(storage));
        int together = twin.map(t -> t.backward() ? lifetimes.end() : lifetimes.forwardPoints())
                .orElse(0);
        Predicate<Labels> same = isOne(twin.map(Twin::same));
        writer.live(from, Math.min(to, together), over, x -> same.test(x) ? 0 : amount.applyAsLong(x));
        return Math.max(from, together);
    }

    /** Forbids labels of a variable that does not say whether a piece or one before keeps what it hands on. */
    void kept(Variable variable, Collection<Keeping> keeping) {
        Set<Variable> over = over(keeping);
        over.add(variable);
        List<Predicate<Labels>> ways = keeping.stream().map(this::isKept).toList();
        writer.addOrForbid(over, x -> {
            boolean kept = false;
            for (int k = 0; k < ways.size() && !kept; k++) {
                kept = ways.get(k).test(x);
            }
            return (x.of(variable) == 1) == kept ? 0 : -1;
        });
    }

    private Predicate<Labels> isKept(Keeping keeping) {
        Predicate<Labels> before = isKeptBefore(keeping.storage());
        Predicate<Labels> alive = conditions.isAlive(keeping.storage(), lifetimes.forwardPoints());
        Predicate<Labels> same = keeping.same().isEmpty() ? x -> true : isOne(keeping.same());
        Predicate<Labels> when = conditions.anyHolds(List.of(keeping.when()));
        return x -> (before.test(x) || alive.test(x)) && same.test(x) && when.test(x);
    }

    private Predicate<Labels> isKeptBefore(Storage storage) {
        return isOne(Optional.ofNullable(keptBefore.get(storage)));
    }

    /** Forbids labels of a variable that does not say whether two tensors lie in one storage. */
    void same(Variable variable, List<List<Storage.Condition>> shared) {
        Set<Variable> over = overShared(shared);
        over.add(variable);
        Predicate<Labels> holds = conditions.anyHolds(shared);
        writer.addOrForbid(over, x -> (x.of(variable) == 1) == holds.test(x) ? 0 : -1);
    }
}
