package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.local.GathersAhead;
import dev.ashlar.processor.program.Liveness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What forward of a piece makes, unit by unit, and what reads it.
 *
 * <p>A reading in backward is a number: {@code call * (units + 1) + order}, where the order is that of the unit that is made again before
 * the call, or the count of units for the call itself. So readings are in order of time.
 */
final class Units {
    private final List<Unit> all = new ArrayList<>();
    private final Map<Value, Place> places = new HashMap<>();
    private final Map<OperatorNode, Unit> ofNodes = new HashMap<>();
    private final Map<Unit, Set<Place>> reads = new HashMap<>();
    private final Map<Place, SortedSet<Integer>> calls = new HashMap<>();
    private final Set<Unit> viewed = new HashSet<>();
    /** What is read behind a block too: the backward of that would have to make it again. */
    private final Set<Unit> passing = new HashSet<>();
    /** What one device alone reads as it lies. */
    private final Set<Value> parameters = new HashSet<>();

    private final Repeats repeats;
    private final boolean alone;
    private final TreeSet<Integer> matrixCalls = new TreeSet<>();
    private int backwardCalls;

    /** One result of a unit. */
    record Place(Unit unit, int result) {}

    private Units(Repeats repeats, boolean alone) {
        this.repeats = repeats;
        this.alone = alone;
    }

    /**
     * @param repeats what backward may make again
     * @param alone whether there is one device, so that no copy is ever made
     */
    static Units of(Piece piece, Repeats repeats, boolean alone) {
        Units units = new Units(repeats, alone);
        piece.given().forEach(p -> units.addGiven(p.value()));
        piece.arriving().forEach(units::addGiven);
        for (List<Step> row : rows(piece.forward())) {
            units.addForward(row);
        }
        for (List<Step> row : rows(piece.backward())) {
            units.addBackward(row);
        }
        piece.past().forEach(p -> units.passing.add(units.place(p.value()).unit()));
        return units;
    }

    /** Steps one by one, but the kernels that an operator calls in a row together. */
    static List<List<Step>> rows(List<Step> steps) {
        List<List<Step>> rows = new ArrayList<>();
        Optional<OperatorNode> calling = Optional.empty();
        for (Step step : steps) {
            Optional<OperatorNode> node =
                    step instanceof Step.Kernel kernel ? Optional.of(kernel.node()) : Optional.empty();
            if (node.isEmpty() || calling.isEmpty() || calling.get() != node.get()) {
                rows.add(new ArrayList<>());
            }
            rows.get(rows.size() - 1).add(step);
            calling = node;
        }
        return rows;
    }

    private void addGiven(Value value) {
        add(value.name(), Optional.empty(), Optional.empty(), List.of(value));
    }

    private Unit add(String name, Optional<OperatorNode> node, Optional<Marker> moving, List<Value> results) {
        Unit unit = new Unit(name, all.size(), node, moving, results);
        all.add(unit);
        for (int r = 0; r < results.size(); r++) {
            places.put(results.get(r), new Place(unit, r));
        }
        return unit;
    }

    private void addForward(List<Step> row) {
        if (row.get(0) instanceof Step.Collective collective && collective.transfer() instanceof Marker.OfCopy of) {
            Place source = place((Value) collective.source());
            if (alone) {
                places.put(collective.result(), source);
            } else {
                Unit copy = add(collective.at(), Optional.empty(), Optional.of(of), List.of(collective.result()));
                reads.put(copy, Set.of(source));
            }
        } else if (row.get(0) instanceof Step.Collective gather && gather.transfer() instanceof Marker.OfGather of) {
            if (alone) {
                parameters.add(gather.result());
            } else {
                add(gather.at(), Optional.empty(), Optional.of(of), List.of(gather.result()));
            }
        } else if (row.get(0) instanceof Step.Kernel kernel) {
            addOperator(kernel.node(), row);
        }
    }

    private void addOperator(OperatorNode node, List<Step> row) {
        Set<Place> read = new LinkedHashSet<>();
        List<Value> own = new ArrayList<>();
        Set<Value> made = new LinkedHashSet<>();
        for (Step step : row) {
            Liveness.reads(step).stream()
                    .filter(v -> !made.contains(v) && !parameters.contains(v))
                    .forEach(v -> read.add(place(v)));
            for (Value value : Liveness.makes(step)) {
                made.add(value);
                if (value.storage() == value) {
                    own.add(value);
                } else {
                    Place base = place(Liveness.reads(step).get(0));
                    places.put(value, base);
                    viewed.add(base.unit());
                    ofNodes.put(node, base.unit());
                }
            }
        }
        if (!own.isEmpty()) {
            Unit unit = add(node.name(), Optional.of(node), Optional.empty(), own);
            reads.put(unit, read);
            ofNodes.put(node, unit);
        }
    }

    private void addBackward(List<Step> row) {
        if (!(row.get(0) instanceof Step.Kernel)) {
            return;
        }
        int call = backwardCalls++;
        if (GathersAhead.hasMatrix(((Step.Kernel) row.get(0)).node())) {
            matrixCalls.add(call);
        }
        for (Step step : row) {
            for (Value value : Liveness.reads(step)) {
                Place place = places.get(value);
                if (place != null) {
                    calls.computeIfAbsent(place, p -> new TreeSet<>()).add(call);
                }
            }
        }
    }

    /** Whether there is one device. */
    boolean alone() {
        return alone;
    }

    private Place place(Value value) {
        return Objects.requireNonNull(places.get(value), value::toString);
    }

    /** In order of forward. */
    List<Unit> all() {
        return all;
    }

    /** Where a tensor of forward lies, if it is one. */
    Optional<Place> find(Value value) {
        return Optional.ofNullable(places.get(value));
    }

    /** The unit of an operator: what it makes, or what its results are views of. */
    Optional<Unit> of(OperatorNode node) {
        return Optional.ofNullable(ofNodes.get(node));
    }

    /** What making a unit reads. */
    Set<Place> reads(Unit unit) {
        return reads.getOrDefault(unit, Set.of());
    }

    /** Whether backward may make it again. A copy for a view is kept: what reads the view may copy that. */
    boolean isRepeatable(Unit unit) {
        if (unit.isGathered() || passing.contains(unit)) {
            return unit.isGathered();
        }
        return switch (repeats) {
            case NOTHING -> false;
            case OPERATORS -> isRepeatableOperator(unit);
            case EVERYTHING -> isRepeatableOperator(unit) || (unit.copy().isPresent() && !viewed.contains(unit));
        };
    }

    private static boolean isRepeatableOperator(Unit unit) {
        return unit.node().filter(n -> n.operator().recomputable()).isPresent();
    }

    /** The units whose making reads any of a unit, in order of forward. */
    List<Unit> readers(Unit unit) {
        return all.stream()
                .filter(u -> reads(u).stream().anyMatch(p -> p.unit() == unit))
                .toList();
    }

    /** Calls of backward that read a result themselves, ascending. */
    List<Integer> calls(Unit unit, int result) {
        return List.copyOf(calls.getOrDefault(new Place(unit, result), new TreeSet<>()));
    }

    /** The call of backward beside which something may be gathered that a call needs. */
    OptionalInt earlier(int call) {
        return matrixCalls.headSet(call, false).descendingSet().stream()
                .limit(GathersAhead.OPERATORS)
                .mapToInt(Integer::intValue)
                .min();
    }

    /** The reading of a call itself. */
    int reading(int call) {
        return call * (all.size() + 1) + all.size();
    }

    /** The reading of a unit that is made again before a call. */
    int reading(int call, Unit again) {
        return call * (all.size() + 1) + again.order();
    }
}
