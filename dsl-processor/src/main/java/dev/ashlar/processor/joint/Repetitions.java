package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.joint.Storage.Condition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** When backward makes units again, and the memory that they lie in then. */
final class Repetitions {
    private final Fates fates;
    private final Map<Integer, Integer> times = new HashMap<>();
    /** Times at which what is gathered again may begin, by its reading. */
    private final Map<Integer, Integer> begun = new HashMap<>();

    private final List<Repetition> all = new ArrayList<>();
    private int calls;

    private record Repetition(Unit unit, int call, int time) {}

    Repetitions(Fates fates) {
        this.fates = fates;
    }

    /** The next call of backward: what may be made again before it, in order of forward, each a time point of its own. */
    void call(List<Moment> moments) {
        int call = calls++;
        for (Unit unit : fates.units().all()) {
            if (!fates.labels(unit, f -> f.isAgain() && f.first() == call).isEmpty()) {
                times.put(fates.units().reading(call, unit), moments.size());
                all.add(new Repetition(unit, call, moments.size()));
                moments.add(new Moment.Again(unit, call));
            }
        }
        begin(call, moments);
        times.put(fates.units().reading(call), moments.size());
    }

    /** What later calls gather may begin now, in the order of those calls. */
    private void begin(int call, List<Moment> moments) {
        List<Moment.Begin> begins = new ArrayList<>();
        for (Unit unit : fates.units().all()) {
            if (unit.moving().isPresent()
                    && unit.moving().get() instanceof Marker.OfGather gather
                    && Beside.isMatrix(gather)) {
                fates.of(unit).stream()
                        .filter(f ->
                                f.isAgain() && fates.units().earlier(f.first()).orElse(-1) == call)
                        .map(Fate::first)
                        .distinct()
                        .forEach(later ->
                                begins.add(new Moment.Begin(unit.toString(), gather, Optional.of(unit), later)));
            }
        }
        begins.sort(Comparator.comparingInt(Moment.Begin::call));
        for (Moment.Begin begin : begins) {
            begun.put(fates.units().reading(begin.call(), begin.unit().orElseThrow()), moments.size());
            moments.add(begin);
        }
    }

    /** What is gathered early, until the time at which it would be gathered else. */
    private void addEarly(Repetition repetition, Size size, List<Storage> again) {
        Integer from = begun.get(fates.units().reading(repetition.call(), repetition.unit()));
        if (from != null && repetition.unit().moving().orElseThrow() instanceof Marker.OfGather gather) {
            Storage early = new Storage(size, from, true, true);
            Set<Integer> labels = fates.labels(repetition.unit(), f -> f.isAgain() && f.first() == repetition.call());
            early.read(
                    repetition.time() - 1,
                    List.of(new Condition.Fated(repetition.unit(), labels), Lifetimes.ahead(gather)));
            again.add(early);
        }
    }

    /**
     * Lets what backward reads of forward live on. Called when all time points are there.
     *
     * @param own memory by tensor of forward
     * @return the memory of what is made again
     */
    List<Storage> keep(Map<Value, Storage> own) {
        List<Storage> again = new ArrayList<>();
        for (Unit unit : fates.units().all()) {
            for (int r = 0; r < unit.results().size(); r++) {
                Storage storage = Objects.requireNonNull(own.get(unit.results().get(r)), unit::toString);
                read(unit, r, storage, f -> f.mode() == Fate.Mode.KEPT);
                for (Repetition repetition : all) {
                    if (repetition.unit() == unit) {
                        Storage made = new Storage(storage.size(), repetition.time(), true, true);
                        read(unit, r, made, f -> f.isAgain() && f.first() == repetition.call());
                        again.add(made);
                        addEarly(repetition, storage.size(), again);
                    }
                }
            }
        }
        return again;
    }

    /** Every fate with a property reads the storage until its own last reading. */
    private void read(Unit unit, int result, Storage storage, Predicate<Fate> property) {
        Map<Integer, Set<Integer>> lasts = new TreeMap<>();
        for (Fate fate : fates.of(unit)) {
            int last = fate.lasts().get(result);
            if (property.test(fate) && last >= 0) {
                lasts.put(
                        last,
                        fates.labels(unit, f -> property.test(f) && f.lasts().get(result) == last));
            }
        }
        lasts.forEach((last, labels) -> storage.read(
                Objects.requireNonNull(times.get(last), unit::toString),
                labels.size() == fates.of(unit).size() ? List.of() : List.of(new Condition.Fated(unit, labels))));
    }
}
