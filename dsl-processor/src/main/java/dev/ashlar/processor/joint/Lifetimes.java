package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.joint.Storage.Condition;
import dev.ashlar.processor.program.Liveness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The time points of a piece, and what is alive at them under which conditions. */
final class Lifetimes {
    private final Piece piece;
    private final List<Moment> moments = new ArrayList<>();
    private final List<Storage> storages = new ArrayList<>();
    private final Map<Value, List<Root>> roots = new HashMap<>();
    private final Map<Value, Size> sizes = new HashMap<>();
    private final Map<Value, Size> sums = new HashMap<>();
    private final Map<Value, Set<Object>> readers = new HashMap<>();
    private final Set<Object> done = new HashSet<>();
    private final List<Step.Kernel> pending = new ArrayList<>();
    private final Fates fates;
    private final boolean alone;
    private final Map<Value, Storage> own = new HashMap<>();
    private final Map<Marker.OfGather, Storage> begun = new HashMap<>();
    private final Beside beside;
    private final Repetitions repetitions;
    private boolean backward;
    private int forwardPoints;
    private int points;

    private record Reader(OperatorNode node, boolean backward) {}

    /** A storage that a tensor lies in, if all conditions hold. */
    private record Root(Storage storage, List<Condition> when) {
        Root with(Condition condition) {
            List<Condition> all = new ArrayList<>(when);
            all.add(condition);
            return new Root(storage, List.copyOf(all));
        }
    }

    private Lifetimes(Piece piece, Fates fates, boolean alone) {
        this.piece = piece;
        this.fates = fates;
        this.alone = alone;
        beside = new Beside(piece);
        repetitions = new Repetitions(fates);
    }

    /**
     * @param updates whether the update of the optimizer is counted as its last time point
     * @param evaluates whether evaluation is counted as its first time point
     * @param alone whether there is one device, so that no copy is ever made
     */
    static Lifetimes of(Piece piece, Fates fates, boolean updates, boolean evaluates, boolean alone) {
        Lifetimes lifetimes = new Lifetimes(piece, fates, alone);
        if (evaluates) {
            lifetimes.moments.add(new Moment.Evaluation());
        }
        lifetimes.build(updates);
        return lifetimes;
    }

    List<Moment> moments() {
        return moments;
    }

    /** How many of the time points belong to forward. */
    int forwardPoints() {
        return forwardPoints;
    }

    List<Storage> storages() {
        return storages;
    }

    /** The time of what is there until the end of the step. */
    int end() {
        return points;
    }

    /** The first time point at which an operator makes gradients. */
    int firstBackwardCall() {
        int point = forwardPoints;
        while (!(moments.get(point) instanceof Moment.Call)) {
            point++;
        }
        return point;
    }

    /** The storages that a tensor lies in before it is laid out anew: of those whose conditions hold there is one. */
    List<Handed> sources(Moment.Moving moving) {
        return roots(moving.source()).stream()
                .map(r -> new Handed(r.storage(), r.when()))
                .toList();
    }

    /** Sizes of all sums of gradients. */
    List<Size> sums() {
        return piece.backward().stream()
                .filter(Step.Sum.class::isInstance)
                .map(s -> size(((Step.Sum) s).result()))
                .toList();
    }

    Size size(Value value) {
        return Objects.requireNonNull(sizes.get(value), value::toString);
    }

    /** The storage that comes in by a port. */
    Storage given(Port port) {
        return Objects.requireNonNull(own.get(port.value()), port::toString);
    }

    /** The storage of the gradient that comes back by a port. */
    Storage handedGradient(Port port) {
        return Objects.requireNonNull(own.get(port.gradient().orElseThrow()), port::toString);
    }

    /** The conditions under which a port hands on a storage. */
    List<Handed> handed(Port port) {
        return handed(port.value());
    }

    private List<Handed> handed(Value value) {
        return roots(value).stream().map(r -> new Handed(r.storage(), r.when())).toList();
    }

    /** Whether this piece may keep a storage for its own backward. */
    boolean mayKeep(Storage storage) {
        return storage.mayLiveBehind(forwardPoints - 1);
    }

    /** The conditions under which two tensors lie in one storage that are handed on; empty if they never do. */
    List<List<Condition>> shared(Port one, Port other) {
        return shared(one.value(), other.value());
    }

    /** The same of two gradients that are given back. */
    List<List<Condition>> sharedGradient(Port one, Port other) {
        return one.gradient().isPresent() && other.gradient().isPresent()
                ? shared(one.gradient().get(), other.gradient().get())
                : List.of();
    }

    private List<List<Condition>> shared(Value one, Value other) {
        List<List<Condition>> shared = new ArrayList<>();
        for (Handed a : handed(one)) {
            for (Handed b : handed(other)) {
                if (a.storage() == b.storage()) {
                    Set<Condition> all = new LinkedHashSet<>(a.when());
                    all.addAll(b.when());
                    shared.add(List.copyOf(all));
                }
            }
        }
        return shared;
    }

    /** A storage that is handed on, or laid out anew, if all conditions hold. */
    record Handed(Storage storage, List<Condition> when) {}

    private void build(boolean updates) {
        countReaders();
        nameSums();
        arrive();
        for (Port port : piece.given()) {
            make(port.value(), new Size.OfCrossing(port.crossing()), -1, false);
        }
        for (int i = 0; i < piece.forward().size(); i++) {
            for (Step.Collective gather : alone ? List.<Step.Collective>of() : beside.begins(i)) {
                begin(gather);
            }
            add(piece.forward().get(i));
        }
        flush();
        piece.behind().forEach(this::turn);
        forwardPoints = moments.size();
        piece.handed().forEach(p -> read(p.value(), forwardPoints - 1));
        backward = true;
        for (Port port : piece.handed()) {
            port.gradient().ifPresent(g -> make(g, new Size.OfCrossing(port.crossing()), forwardPoints - 1, false));
        }
        for (int i = 0; i < piece.backward().size(); i++) {
            for (Step.Collective gradient : beside.ends(i)) {
                end(gradient);
            }
            add(piece.backward().get(i));
        }
        flush();
        piece.behindBackward().forEach(this::turn);
        storages.addAll(repetitions.keep(own));
        int last = moments.size() - 1;
        if (updates) {
            moments.add(new Moment.Update());
        }
        points = moments.size();
        for (Port port : piece.given()) {
            port.gradient().ifPresent(g -> read(g, last));
        }
        piece.losses().forEach(l -> hold(l, last));
        for (Value loss : piece.laterLosses()) {
            make(loss, new Size.OfScalar(loss), forwardPoints - 1, false);
            read(loss, last);
        }
        for (Step step : piece.backward()) {
            if (step instanceof Step.ParameterGradient gradient && piece.leaves(gradient)) {
                read(gradient.gradient(), points);
            }
        }
    }

    private void turn(Turn turn) {
        if (turn instanceof Turn.Hold hold) {
            hold(hold.value(), moments.size() - 1);
        } else if (turn instanceof Turn.Sum sum) {
            moments.add(new Moment.Turning(sum.at(), sum.crossing()));
            hold(sum.left(), moments.size() - 1);
            hold(sum.right(), moments.size() - 1);
            make(sum.result(), new Size.OfCrossing(sum.crossing()), moments.size() - 1, false);
        }
    }

    /** What backward waits for before a step: gradients that are scattered beside it stay in full until then. */
    private void end(Step.Collective gradient) {
        flush();
        Marker.OfParameter of = (Marker.OfParameter) gradient.transfer();
        Condition overlapped = new Condition.Moved(new Marker.OfOverlap(of.node(), of.parameter()), true);
        for (Root root : roots((Value) gradient.source())) {
            root.storage().read(moments.size() - 1, root.with(overlapped).when());
        }
    }

    /** What is gathered early has memory from then on; from its usual time on it is what would be gathered then. */
    private void begin(Step.Collective gather) {
        flush();
        Marker.OfGather of = (Marker.OfGather) gather.transfer();
        moments.add(new Moment.Begin(gather.at(), of, Optional.empty(), -1));
        Storage early = new Storage(new Size.OfGathered(of.node(), of.parameter()), moments.size() - 1, true, false);
        storages.add(early);
        begun.put(of, early);
    }

    /** Whether forward may gather something early. */
    boolean mayBegin(Marker.OfGather gather) {
        return begun.containsKey(gather);
    }

    /** A sum of the gradients of readers has the size of their copy. */
    private void nameSums() {
        for (int i = piece.backward().size() - 1; i >= 0; i--) {
            Step step = piece.backward().get(i);
            if (step instanceof Step.Collective collective
                    && collective.transfer() instanceof Marker.OfCopy of
                    && of.backward()
                    && collective.source() instanceof Value source) {
                sums.put(source, new Size.OfCopy(of.copy()));
            } else if (step instanceof Step.Sum sum && sums.containsKey(sum.result())) {
                sums.putIfAbsent(sum.left(), Objects.requireNonNull(sums.get(sum.result())));
            }
        }
    }

    private void countReaders() {
        for (boolean back : List.of(false, true)) {
            for (Step step : back ? piece.backward() : piece.forward()) {
                Object reader = step instanceof Step.Kernel kernel ? new Reader(kernel.node(), back) : step;
                Liveness.reads(step)
                        .forEach(v ->
                                readers.computeIfAbsent(v, x -> new HashSet<>()).add(reader));
            }
        }
    }

    private void arrive() {
        for (Value input : piece.arriving()) {
            moments.add(new Moment.Arrival(input));
            make(input, new Size.OfInput(input), moments.size() - 1, false);
        }
        piece.arriving().forEach(i -> read(i, moments.size() - 1));
    }

    private Storage make(Value value, Size size, int birth, boolean fresh) {
        Storage storage = new Storage(size, birth, fresh, backward);
        storages.add(storage);
        own.put(value, storage);
        roots.put(value, List.of(new Root(storage, List.of())));
        sizes.put(value, size);
        return storage;
    }

    private List<Root> roots(Value value) {
        return Objects.requireNonNull(roots.get(value), value::toString);
    }

    /** What backward reads of forward stays as long as its fate says. */
    private void read(Value value, int time) {
        if (backward && fates.units().find(value).isPresent()) {
            return;
        }
        hold(value, time);
    }

    private void hold(Value value, int time) {
        roots(value).forEach(r -> r.storage().read(time, r.when()));
    }

    /** Kernels of one operator in a row are one point. */
    private void add(Step step) {
        if (step instanceof Step.Kernel kernel) {
            if (!pending.isEmpty() && pending.get(0).node() != kernel.node()) {
                flush();
            }
            pending.add(kernel);
            return;
        }
        flush();
        if (step instanceof Step.Collective collective) {
            move(collective);
        } else if (step instanceof Step.Sum sum) {
            sum(sum);
        } else if (step instanceof Step.Seed seed) {
            moments.add(new Moment.Start(seed.gradient()));
            make(seed.gradient(), new Size.OfScalar(seed.gradient()), moments.size() - 1, true);
        } else if (step instanceof Step.ParameterGradient gradient
                && piece.added().contains(gradient)) {
            read(gradient.gradient(), moments.size() - 1);
        } else if (step instanceof Step.Update update) {
            update(update.parameter());
        }
    }

    /** The optimizer lets the gradient go, and only then the parameter is gathered where it lies whole. */
    private void update(ScopeParameter parameter) {
        Step.ParameterGradient first = piece.firstOf(parameter);
        Marker.OfParameter way = piece.marker(first);
        moments.add(new Moment.UpdateOne(way.node(), way.parameter()));
        read(first.gradient(), moments.size() - 1);
        if (!alone) {
            Marker.OfUpdate behind = new Marker.OfUpdate(way.node(), way.parameter());
            moments.add(new Moment.Restoring("gather " + parameter.name(), behind));
        }
    }

    private void flush() {
        if (pending.isEmpty()) {
            return;
        }
        OperatorNode node = pending.get(0).node();
        List<Step.Kernel> kernels = List.copyOf(pending);
        pending.clear();
        if (backward) {
            repetitions.call(moments);
        }
        moments.add(new Moment.Call(node, backward, kernels));
        int now = moments.size() - 1;
        for (int k = 0; k < kernels.size(); k++) {
            Step.Kernel kernel = kernels.get(k);
            Liveness.reads(kernel).forEach(v -> read(v, now));
            for (int r = 0; r < kernel.results().size(); r++) {
                Optional<Value> result = kernel.results().get(r);
                if (result.isPresent()) {
                    make(result.get(), kernel, new Size.OfResult(node, backward, k, r), now);
                }
            }
        }
        done.add(new Reader(node, backward));
    }

    private void make(Value result, Step.Kernel kernel, Size size, int now) {
        if (result.storage() == result) {
            make(result, size, now, true);
        } else {
            roots.put(result, roots(Liveness.reads(kernel).get(0)));
            sizes.put(result, size);
        }
    }

    private void move(Step.Collective collective) {
        if (collective.transfer() instanceof Marker.OfGather gather) {
            gather(collective, gather);
            return;
        }
        Marker marker = (Marker) collective.transfer();
        Value source = (Value) collective.source();
        Value result = collective.result();
        done.add(collective);
        if (alone) {
            roots.put(result, roots(source));
            sizes.put(result, size(marker));
            return;
        }
        moments.add(new Moment.Moving(collective.at(), marker, source, result));
        int now = moments.size() - 1;
        Condition moved = new Condition.Moved(marker, true);
        List<Root> all = new ArrayList<>();
        for (Root root : roots(source)) {
            root.storage().read(now, root.with(moved).when());
            all.add(root.with(new Condition.Moved(marker, false)));
        }
        Storage storage = make(result, size(marker), now, true);
        all.add(new Root(storage, List.of(moved)));
        roots.put(result, List.copyOf(all));
    }

    /** What backward gathers again is made again like a copy. */
    private void gather(Step.Collective collective, Marker.OfGather marker) {
        done.add(collective);
        if (alone) {
            roots.put(collective.result(), List.of());
        } else if (!backward) {
            int before = moments.size() - 1;
            Optional.ofNullable(begun.get(marker)).ifPresent(s -> s.read(before, List.of(ahead(marker))));
            moments.add(new Moment.Gathering(collective.at(), marker));
            Storage storage = make(
                    collective.result(),
                    new Size.OfGathered(marker.node(), marker.parameter()),
                    moments.size() - 1,
                    true);
            roots.put(collective.result(), List.of(new Root(storage, List.of(new Condition.Moved(marker, true)))));
        }
    }

    /** The condition under which something is gathered early. */
    static Condition ahead(Marker.OfGather gather) {
        return new Condition.Moved(new Marker.OfAhead(gather.node(), gather.parameter()), true);
    }

    private static Size size(Marker marker) {
        if (marker instanceof Marker.OfParameter parameter) {
            return new Size.OfParameter(parameter.node(), parameter.parameter());
        }
        Marker.OfCopy of = (Marker.OfCopy) marker;
        return of.backward() ? new Size.OfTensor(of.copy().tensor()) : new Size.OfCopy(of.copy());
    }

    /** In place of one of both where that may be overwritten. */
    private void sum(Step.Sum sum) {
        Size size = Optional.ofNullable(sums.get(sum.result())).orElseGet(() -> size(sum.left()));
        List<List<Condition>> aside = new ArrayList<>();
        for (Root left : lasting(sum, sum.left())) {
            for (Root right : lasting(sum, sum.right())) {
                Set<Condition> both = new LinkedHashSet<>(left.when());
                both.addAll(right.when());
                aside.add(List.copyOf(both));
            }
        }
        if (!aside.isEmpty()) {
            boolean always = sum.left() == sum.right();
            moments.add(new Moment.Addition(sum.result(), always ? List.of(List.of()) : aside));
        }
        int now = moments.size() - 1;
        read(sum.left(), now);
        read(sum.right(), now);
        make(sum.result(), size, now, true);
        done.add(sum);
    }

    /** Where an operand of a sum may lie and must not be overwritten. */
    private List<Root> lasting(Step.Sum sum, Value value) {
        boolean mayGo = sum.left() != sum.right() && isDone(value, sum);
        return roots(value).stream()
                .filter(r -> !mayGo || !r.storage().fresh() || !isNotReadElse(r.storage(), value))
                .toList();
    }

    private boolean isDone(Value value, Object but) {
        return readers.getOrDefault(value, Set.of()).stream().allMatch(r -> r.equals(but) || done.contains(r));
    }

    private boolean isNotReadElse(Storage storage, Value value) {
        return roots.entrySet().stream()
                .filter(e -> e.getKey() != value)
                .filter(e -> e.getValue().stream().anyMatch(r -> r.storage() == storage))
                .allMatch(e -> isDone(e.getKey(), value));
    }
}
