package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.joint.Storage.Condition;
import dev.ashlar.processor.program.Liveness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Where the tensors of a piece lie under which conditions, how large they are, and who has read them so far. */
final class Places {
    private final Map<Value, List<Handed>> places = new HashMap<>();
    private final Map<Value, Storage> own = new HashMap<>();
    private final Map<Value, Size> sizes = new HashMap<>();
    private final Map<Value, Set<Object>> readers = new HashMap<>();
    private final Set<Object> done = new HashSet<>();

    /** A storage that a tensor lies in, is handed on in or laid out anew from, if all conditions hold. */
    record Handed(Storage storage, List<Condition> when) {
        Handed with(Condition condition) {
            List<Condition> all = new ArrayList<>(when);
            all.add(condition);
            return new Handed(storage, List.copyOf(all));
        }
    }

    private record Reader(OperatorNode node, boolean backward) {}

    /** Notes who will read what. */
    void expect(List<Step> steps, boolean backward) {
        for (Step step : steps) {
            Object reader = step instanceof Step.Kernel kernel ? new Reader(kernel.node(), backward) : step;
            Liveness.reads(step)
                    .forEach(v ->
                            readers.computeIfAbsent(v, x -> new HashSet<>()).add(reader));
        }
    }

    /** A step that is no kernel has read what it reads. */
    void done(Step step) {
        done.add(step);
    }

    /** All kernels of an operator have, in one direction. */
    void done(OperatorNode node, boolean backward) {
        done.add(new Reader(node, backward));
    }

    /** A tensor has a storage of its own. */
    void own(Value value, Storage storage, Size size) {
        own.put(value, storage);
        put(value, List.of(new Handed(storage, List.of())), size);
    }

    void put(Value value, List<Handed> lies, Size size) {
        put(value, lies);
        sizes.put(value, size);
    }

    void put(Value value, List<Handed> lies) {
        places.put(value, List.copyOf(lies));
    }

    /** Of those whose conditions hold there is one. */
    List<Handed> of(Value value) {
        return Objects.requireNonNull(places.get(value));
    }

    Storage own(Value value) {
        return Objects.requireNonNull(own.get(value));
    }

    /** By tensor. */
    Map<Value, Storage> all() {
        return Collections.unmodifiableMap(own);
    }

    Size size(Value value) {
        return Objects.requireNonNull(sizes.get(value));
    }

    /** The conditions under which two tensors lie in one storage; empty if they never do. */
    List<List<Condition>> shared(Value one, Value other) {
        List<List<Condition>> shared = new ArrayList<>();
        for (Handed a : of(one)) {
            for (Handed b : of(other)) {
                if (a.storage() == b.storage()) {
                    shared.add(both(a, b));
                }
            }
        }
        return shared;
    }

    /** The conditions of two places. */
    static List<Condition> both(Handed one, Handed other) {
        Set<Condition> all = new LinkedHashSet<>(one.when());
        all.addAll(other.when());
        return List.copyOf(all);
    }

    /** Where an operand of a sum may lie and must not be overwritten. */
    List<Handed> lasting(Step.Sum sum, Value value) {
        boolean mayGo = sum.left() != sum.right() && isDone(value, sum);
        return of(value).stream()
                .filter(p -> !mayGo || !p.storage().fresh() || !isNotReadElse(p.storage(), value))
                .toList();
    }

    private boolean isDone(Value value, Object but) {
        return readers.getOrDefault(value, Set.of()).stream().allMatch(r -> r.equals(but) || done.contains(r));
    }

    private boolean isNotReadElse(Storage storage, Value value) {
        return places.entrySet().stream()
                .filter(e -> e.getKey() != value)
                .filter(e -> e.getValue().stream().anyMatch(p -> p.storage() == storage))
                .allMatch(e -> isDone(e.getKey(), value));
    }
}
