package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.joint.Storage.Condition;
import dev.ashlar.processor.program.Liveness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The time points of a piece, and what is alive at them under which conditions. */
final class Lifetimes {
    private final Piece piece;
    private final List<Moment> moments = new ArrayList<>();
    private final List<Storage> storages = new ArrayList<>();
    private final Places places = new Places();
    private final Map<Value, Size> sums = new HashMap<>();
    private final List<Step.Kernel> pending = new ArrayList<>();
    private final Fates fates;
    private final boolean alone;
    private final Map<Marker.OfGather, Storage> begun = new HashMap<>();
    private final Beside beside;
    private final Repetitions repetitions;
    private boolean backward;
    private int forwardPoints;
    private int points;

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
    List<Places.Handed> sources(Moment.Moving moving) {
        return places.of(moving.source());
    }

    /** Sizes of all sums of gradients. */
    List<Size> sums() {
        return piece.backward().stream()
                .filter(Step.Sum.class::isInstance)
                .map(s -> places.size(((Step.Sum) s).result()))
                .toList();
    }

    Size size(Value value) {
        return places.size(value);
    }

    /** The storage that comes in by a port. */
    Storage given(Port port) {
        return places.own(port.value());
    }

    /** The storage of the gradient that comes back by a port. */
    Storage handedGradient(Port port) {
        return places.own(port.gradient().orElseThrow());
    }

    /** The conditions under which a port hands on a storage. */
    List<Places.Handed> handed(Port port) {
        return places.of(port.value());
    }

    /** Whether this piece may keep a storage for its own backward. */
    boolean mayKeep(Storage storage) {
        return storage.mayLiveBehind(forwardPoints - 1);
    }

    /** The conditions under which two tensors lie in one storage that are handed on; empty if they never do. */
    List<List<Condition>> shared(Port one, Port other) {
        return places.shared(one.value(), other.value());
    }

    /** The same of two gradients that are given back. */
    List<List<Condition>> sharedGradient(Port one, Port other) {
        return one.gradient().isPresent() && other.gradient().isPresent()
                ? places.shared(one.gradient().get(), other.gradient().get())
                : List.of();
    }

    private void build(boolean updates) {
        places.expect(piece.forward(), false);
        places.expect(piece.backward(), true);
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
        storages.addAll(repetitions.keep(places.all()));
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
        for (Places.Handed place : places.of((Value) gradient.source())) {
            place.storage().read(moments.size() - 1, place.with(overlapped).when());
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
        places.own(value, storage, size);
        return storage;
    }

    /** What backward reads of forward stays as long as its fate says. */
    private void read(Value value, int time) {
        if (backward && fates.units().find(value).isPresent()) {
            return;
        }
        hold(value, time);
    }

    private void hold(Value value, int time) {
        places.of(value).forEach(p -> p.storage().read(time, p.when()));
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
        places.done(node, backward);
    }

    private void make(Value result, Step.Kernel kernel, Size size, int now) {
        if (result.storage() == result) {
            make(result, size, now, true);
        } else {
            places.put(result, places.of(Liveness.reads(kernel).get(0)), size);
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
        places.done(collective);
        if (alone) {
            places.put(result, places.of(source), size(marker));
            return;
        }
        moments.add(new Moment.Moving(collective.at(), marker, source, result));
        int now = moments.size() - 1;
        Condition moved = new Condition.Moved(marker, true);
        List<Places.Handed> all = new ArrayList<>();
        for (Places.Handed place : places.of(source)) {
            place.storage().read(now, place.with(moved).when());
            all.add(place.with(new Condition.Moved(marker, false)));
        }
        Storage storage = make(result, size(marker), now, true);
        all.add(new Places.Handed(storage, List.of(moved)));
        places.put(result, all);
    }

    /** What backward gathers again is made again like a copy. */
    private void gather(Step.Collective collective, Marker.OfGather marker) {
        places.done(collective);
        if (alone) {
            places.put(collective.result(), List.of());
        } else if (!backward) {
            int before = moments.size() - 1;
            Optional.ofNullable(begun.get(marker)).ifPresent(s -> s.read(before, List.of(ahead(marker))));
            moments.add(new Moment.Gathering(collective.at(), marker));
            Storage storage = make(
                    collective.result(),
                    new Size.OfGathered(marker.node(), marker.parameter()),
                    moments.size() - 1,
                    true);
            places.put(
                    collective.result(),
                    List.of(new Places.Handed(storage, List.of(new Condition.Moved(marker, true)))));
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
        Size size = Optional.ofNullable(sums.get(sum.result())).orElseGet(() -> places.size(sum.left()));
        List<List<Condition>> aside = new ArrayList<>();
        for (Places.Handed left : places.lasting(sum, sum.left())) {
            for (Places.Handed right : places.lasting(sum, sum.right())) {
                aside.add(Places.both(left, right));
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
        places.done(sum);
    }
}
