package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.joint.Table.Labels;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.solve.BlockBuilder;
import dev.ashlar.processor.solve.Quantity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Writes the tables of a piece. */
final class PieceTables {
    private final Lifetimes lifetimes;
    private final Choices choices;
    private final Bytes bytes;
    private final Ways ways;
    private final Map<Storage, Variable> keptBefore;
    private final BlockBuilder block;
    private final Map<Variable, Integer> nodes = new HashMap<>();
    private final Fates fates;
    private final Conditions conditions;
    private final AgainTables again;

    /**
     * @param keptBefore for what comes in, whether the piece before keeps it, where that is a choice
     */
    PieceTables(
            Lifetimes lifetimes,
            Choices choices,
            Bytes bytes,
            Ways ways,
            Fates fates,
            Map<Storage, Variable> keptBefore,
            BlockBuilder block) {
        this.lifetimes = lifetimes;
        this.choices = choices;
        this.bytes = bytes;
        this.ways = ways;
        this.keptBefore = keptBefore;
        this.block = block;
        this.fates = fates;
        conditions = new Conditions(ways, fates);
        again = new AgainTables(choices, ways, fates);
    }

    void entry(Variable variable) {
        nodes.put(variable, block.entry(variable.labels()));
    }

    void node(Variable variable) {
        nodes.put(variable, block.node(variable.labels()));
    }

    int nodeOf(Variable variable) {
        return Objects.requireNonNull(nodes.get(variable), variable::toString);
    }

    boolean isEmpty() {
        return nodes.isEmpty();
    }

    Map<Variable, Integer> nodes() {
        return Map.copyOf(nodes);
    }

    boolean has(Variable variable) {
        return nodes.containsKey(variable);
    }

    /** Lets the first time point need memory whatever is chosen. */
    void atFirst(long bytes) {
        live(0, 1, List.of(), x -> bytes);
    }

    /** Takes memory all the time, whatever is chosen. */
    void always(long bytes) {
        add(Quantity.STATIC, List.of(), x -> bytes);
    }

    /** Writes all tables. */
    void write() {
        fates.rules().forEach(this::rule);
        conditions.rules().forEach(this::rule);
        choices.operators().forEach(this::operator);
        choices.copies().forEach(this::copy);
        for (Unit unit : fates.units().all()) {
            if (fates.of(unit).size() > 1) {
                again.ties(unit).ifPresent(this::rule);
                add(Quantity.TIME, again.over(unit), x -> again.ticks(unit, x));
            }
        }
        for (Size sum : lifetimes.sums()) {
            add(Quantity.TIME, bytes.variables(sum), x -> bytes.sumTicks(sum, x));
        }
        List<Moment> moments = lifetimes.moments();
        for (int p = 0; p < moments.size(); p++) {
            moment(p, moments.get(p));
        }
        lifetimes.storages().forEach(this::storage);
    }

    private Table table(Collection<Variable> over, ToLongFunction<Labels> amount) {
        List<Variable> ordered = new LinkedHashSet<>(over)
                .stream()
                        .filter(v -> v.labels() > 1)
                        .sorted(Comparator.comparingInt(this::nodeOf))
                        .toList();
        return Table.of(ordered, amount);
    }

    /** Nodes of a table; any one where it is over none, and then all its entries are equal. */
    private int[] scope(Table table) {
        return table.variables().isEmpty()
                ? new int[] {0}
                : table.variables().stream().mapToInt(this::nodeOf).toArray();
    }

    private long[] amounts(Table table) {
        if (!table.variables().isEmpty()) {
            return table.amounts();
        }
        long[] same = new long[block.labels(0)];
        java.util.Arrays.fill(same, table.amounts()[0]);
        return same;
    }

    private void add(Quantity quantity, Collection<Variable> over, ToLongFunction<Labels> amount) {
        Table table = table(over, amount);
        if (!table.isZero()) {
            block.addTable(quantity, scope(table), amounts(table));
        }
    }

    private void live(int from, int to, Collection<Variable> over, ToLongFunction<Labels> amount) {
        if (from >= to) {
            return;
        }
        Table table = table(over, amount);
        if (!table.isZero()) {
            block.live(from, to, scope(table), amounts(table));
        }
    }

    private void operator(OperatorNode node) {
        Variable variable = choices.variable(node);
        List<Facts> facts = choices.menu(node).facts();
        if (overlaps()) {
            add(Quantity.TIME, List.of(variable), x -> facts.get(x.of(variable)).forwardTicks());
            add(
                    Quantity.BACKWARD_COMPUTE,
                    List.of(variable),
                    x -> facts.get(x.of(variable)).backwardTicks());
        } else {
            add(Quantity.TIME, List.of(variable), x -> facts.get(x.of(variable)).ticks());
        }
        Variable storage = choices.storage(node);
        List<List<Stored>> stored = choices.menu(node).stored();
        choices.menu(node).tied().forEach((index, use) -> tie(variable, storage, stored, index, use.tie()));
        List<Variable> both = List.of(variable, storage);
        forbidNegative(table(both, x -> stored(stored, x.of(variable), x.of(storage), Stored::waitedTicks)));
        add(
                Quantity.BACKWARD_ASYNC,
                both,
                x -> Math.max(0, stored(stored, x.of(variable), x.of(storage), Stored::besideTicks)));
        add(
                Quantity.STATIC,
                both,
                x -> Math.max(0, stored(stored, x.of(variable), x.of(storage), Stored::staticBytes)));
    }

    /** An operator stores a parameter that is used elsewhere too as that lies. */
    private void tie(Variable variable, Variable storage, List<List<Stored>> stored, int parameter, Tie tie) {
        forbidNegative(table(List.of(variable, storage, tie.variable()), x -> {
            List<Stored> ways = stored.get(x.of(variable));
            int label = x.of(storage);
            return label < ways.size()
                            && tie.isStored(
                                    x.of(tie.variable()),
                                    ways.get(label).storage().get(parameter))
                    ? 0
                    : -1;
        }));
    }

    /** Whether gradients may be summed beside backward. */
    private boolean overlaps() {
        return choices.operators().stream()
                .flatMap(n -> choices.menu(n).stored().stream())
                .flatMap(List::stream)
                .anyMatch(s -> s.besideTicks() > 0);
    }

    /** A gradient's place among those that are summed as one is there before the gradient, from the first kernel of backward. */
    private void fused(int point, Marker.OfParameter gradient) {
        OperatorNode node = choices.ofWhole(gradient.node());
        Variable variable = choices.variable(node);
        Variable storage = choices.storage(node);
        List<List<Stored>> stored = choices.menu(node).stored();
        live(
                lifetimes.firstBackwardCall(),
                point + 1,
                List.of(variable, storage),
                x -> Math.max(
                        0,
                        stored(
                                stored,
                                x.of(variable),
                                x.of(storage),
                                s -> s.fusedBytes().get(gradient.parameter()))));
    }

    /** -1 where the strategy has fewer ways to store parameters. */
    private static long stored(List<List<Stored>> all, int strategy, int label, ToLongFunction<Stored> amount) {
        List<Stored> stored = all.get(strategy);
        return label < stored.size() ? amount.applyAsLong(stored.get(label)) : -1;
    }

    private void copy(Copy copy) {
        Made made = choices.made(copy.tensor());
        Wanted wanted = choices.wanted(copy);
        Set<Variable> over = new LinkedHashSet<>(List.of(made.variable(), wanted.variable()));
        boolean back = lifetimes.moments().stream()
                .anyMatch(m ->
                        m instanceof Moment.Moving moving && moving.marker().equals(new Marker.OfCopy(copy, true)));
        Table time = table(over, x -> {
            Optional<Route> there = route(new Marker.OfCopy(copy, false), x);
            Optional<Route> again = back ? route(new Marker.OfCopy(copy, true), x) : there;
            return there.isEmpty() || again.isEmpty()
                    ? -1
                    : there.get().ticks() + (back ? again.get().ticks() : 0);
        });
        forbidNegative(time);
        for (Choices.Reader reader : choices.agreeing(copy)) {
            List<Boundary> boundaries = choices.boundaries(reader);
            Variable operator = choices.variable(reader.node());
            forbidNegative(table(
                    List.of(wanted.variable(), operator),
                    x -> boundaries
                                    .get(x.of(operator))
                                    .equals(wanted.boundaries().get(x.of(wanted.variable())))
                            ? 0
                            : -1));
        }
    }

    /** Adds a table of times in which what is negative cannot be. */
    private void forbidNegative(Table table) {
        long[] amounts = amounts(table).clone();
        int[] scope = scope(table);
        for (int entry = 0; entry < amounts.length; entry++) {
            if (amounts[entry] < 0) {
                block.forbid(scope, labels(scope, entry));
                amounts[entry] = 0;
            }
        }
        block.addTable(Quantity.TIME, scope, amounts);
    }

    private int[] labels(int[] scope, int entry) {
        int[] labels = new int[scope.length];
        int rest = entry;
        for (int k = scope.length - 1; k >= 0; k--) {
            labels[k] = rest % block.labels(scope[k]);
            rest /= block.labels(scope[k]);
        }
        return labels;
    }

    private Optional<Route> route(Marker marker, Labels x) {
        return ways.of(marker, x::of);
    }

    private Set<Variable> variables(Marker marker) {
        return ways.variables(marker);
    }

    private void rule(Fates.Rule rule) {
        forbidNegative(table(rule.over(), x -> rule.allows().test(x) ? 0 : -1));
    }

    /**
     * Variables that are nodes of their own beside those of operators and copies, by what has to come before each of them.
     *
     * @param handed what the piece may keep of what it hands on
     */
    Map<Variable, Set<Variable>> conditions(Collection<List<Lifetimes.Handed>> handed) {
        for (Storage storage : lifetimes.storages()) {
            storage.readings().forEach(r -> over(storage, r.time()));
        }
        for (int p = 0; p < lifetimes.moments().size(); p++) {
            if (lifetimes.moments().get(p) instanceof Moment.Moving moving) {
                over(p, moving);
            }
        }
        handed.forEach(this::over);
        Map<Variable, Set<Variable>> after = new LinkedHashMap<>();
        for (Unit unit : fates.units().all()) {
            if (fates.of(unit).size() > 1) {
                after.put(fates.variable(unit), deciding(unit));
            }
        }
        after.putAll(fates.sums());
        after.putAll(conditions.variables());
        return after;
    }

    private Set<Variable> deciding(Unit unit) {
        if (unit.moving().isPresent()) {
            return variables(unit.moving().get());
        }
        return unit.node()
                .map(n -> Set.of(choices.variable(n)))
                .orElseGet(() -> choices.madeHere(unit.results().get(0))
                        .map(m -> Set.of(m.variable()))
                        .orElse(Set.of()));
    }

    private Set<Variable> over(Storage storage, int time) {
        Set<Variable> over = new LinkedHashSet<>(bytes.variables(storage.size()));
        Optional.ofNullable(keptBefore.get(storage)).ifPresent(over::add);
        conditions.addVariables(over, flat(conditions.alive(storage, time)));
        return over;
    }

    private static List<Storage.Condition> flat(List<List<Storage.Condition>> alternatives) {
        return alternatives.stream().flatMap(List::stream).distinct().toList();
    }

    private Set<Variable> over(int point, Moment.Moving moving) {
        Set<Variable> over = new LinkedHashSet<>(variables(moving.marker()));
        List<Storage.Condition> all = new ArrayList<>();
        for (Lifetimes.Handed source : lifetimes.sources(moving)) {
            all.addAll(source.when());
            all.addAll(flat(conditions.alive(source.storage(), point + 1)));
        }
        conditions.addVariables(over, all);
        return over;
    }

    private Set<Variable> over(List<Lifetimes.Handed> handed) {
        List<Storage.Condition> all = new ArrayList<>();
        for (Lifetimes.Handed of : handed) {
            all.addAll(of.when());
            all.addAll(flat(conditions.alive(of.storage(), lifetimes.forwardPoints())));
        }
        Set<Variable> over = new LinkedHashSet<>();
        conditions.addVariables(over, all);
        return over;
    }

    private void moment(int point, Moment moment) {
        if (moment instanceof Moment.Call call) {
            Variable variable = choices.variable(call.node());
            List<Facts> facts = choices.menu(call.node()).facts();
            live(point, point + 1, List.of(variable), x -> {
                Facts of = facts.get(x.of(variable));
                return (call.backward() ? of.backward() : of.forward()).peakBytes();
            });
        } else if (moment instanceof Moment.Moving moving) {
            moving(point, moving);
            if (moving.marker() instanceof Marker.OfParameter gradient) {
                fused(point, gradient);
            }
        } else if (moment instanceof Moment.Gathering gathering) {
            Marker marker = gathering.marker();
            live(
                    point,
                    point + 1,
                    variables(marker),
                    x -> route(marker, x).map(Route::stayingBytes).orElse(0L));
        } else if (moment instanceof Moment.Addition addition) {
            Size size = lifetimes.size(addition.result());
            live(point, point + 1, bytes.variables(size), x -> bytes.of(size, x));
        } else if (moment instanceof Moment.Start start) {
            live(point, point + 1, List.of(), x -> bytes.of(new Size.OfScalar(start.gradient()), x));
        } else if (moment instanceof Moment.Arrival arrival) {
            live(point, point + 1, List.of(), x -> bytes.arriving(arrival.input()));
        } else if (moment instanceof Moment.Again repeated) {
            live(point, point + 1, again.over(repeated.unit()), x -> again.bytes(repeated, x));
        }
    }

    /** What a copy takes beside its source, which it may overwrite if nobody reads it again. */
    private void moving(int point, Moment.Moving moving) {
        List<Lifetimes.Handed> sources = lifetimes.sources(moving);
        Set<Variable> over = over(point, moving);
        boolean ownsStorage = moving.source().storage() == moving.source();
        Map<Storage, Predicate<Labels>> alive = new HashMap<>();
        sources.forEach(s -> alive.computeIfAbsent(s.storage(), of -> conditions.isAlive(of, point + 1)));
        live(point, point + 1, over, x -> {
            Route route = route(moving.marker(), x).orElse(Route.NONE);
            if (!route.moved()) {
                return 0;
            }
            Storage source = sources.stream()
                    .filter(s -> s.when().stream().allMatch(c -> conditions.holds(c, x)))
                    .map(Lifetimes.Handed::storage)
                    .findFirst()
                    .orElseThrow();
            if (Objects.requireNonNull(alive.get(source)).test(x)) {
                return route.stayingBytes();
            }
            return ownsStorage && source.fresh() ? route.overwritingBytes() : route.leavingBytes();
        });
    }

    private void storage(Storage storage) {
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
            live(from, Math.min(time + 1, points), over, amount);
            if (from <= boundary && time >= boundary && !storage.backward()) {
                add(Quantity.KEPT, over, amount);
            }
            if (time == points) {
                add(Quantity.GRADIENT, over, amount);
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
        forbidNegative(table(over, x -> {
            boolean kept = handed.stream()
                    .anyMatch(h -> Objects.requireNonNull(alive.get(h)).test(x)
                            && h.when().stream().allMatch(c -> conditions.holds(c, x)));
            return (x.of(variable) == 1) == kept ? 0 : -1;
        }));
    }
}
