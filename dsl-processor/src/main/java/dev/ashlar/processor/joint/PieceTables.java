package dev.ashlar.processor.joint;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.joint.Table.Labels;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.solve.Quantity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Writes the tables of a piece. */
final class PieceTables {
    private final Lifetimes lifetimes;
    private final Choices choices;
    private final Bytes bytes;
    private final Ways ways;
    private final Fates fates;
    private final Conditions conditions;
    private final AgainTables again;
    private final MoveTables moves;
    private final StorageTables storages;
    private final TableWriter writer;
    private final List<Runnable> asked = new ArrayList<>();

    /**
     * @param keptBefore for what comes in, whether a piece before keeps it, where that is a choice
     * @param twins what may lie in the memory of something else
     */
    PieceTables(
            Lifetimes lifetimes,
            Choices choices,
            Bytes bytes,
            Ways ways,
            Fates fates,
            Map<Storage, Variable> keptBefore,
            Map<Storage, StorageTables.Twin> twins,
            CostModel costs,
            TableWriter writer) {
        this.lifetimes = lifetimes;
        this.choices = choices;
        this.bytes = bytes;
        this.ways = ways;
        this.writer = writer;
        this.fates = fates;
        conditions = new Conditions(ways, fates);
        again = new AgainTables(choices, ways, fates, costs);
        storages = new StorageTables(lifetimes, bytes, keptBefore, twins, conditions, writer);
        moves = new MoveTables(lifetimes, choices, ways, conditions, storages, writer);
    }

    /** Lets the first time point need what is needed outside training. */
    void atFirst(OutsideTraining outside) {
        writer.live(0, 1, List.of(outside.variable()), x -> outside.levels().get(x.of(outside.variable())));
    }

    /** Lets a head need no more outside training than is counted. */
    void outside(OutsideTraining outside, OperatorNode head) {
        Variable strategy = choices.variable(head);
        Variable stored = choices.storage(head);
        writer.addOrForbid(
                List.of(strategy, stored, outside.variable()),
                x -> outside.isEnough(x.of(outside.variable()), x.of(strategy), x.of(stored)) ? 0 : -1);
    }

    /** Lets the update take memory beside the gradients, whatever is chosen. */
    void inUpdate(long bytes) {
        List<Moment> moments = lifetimes.moments();
        for (int p = 0; p < moments.size(); p++) {
            if (moments.get(p) instanceof Moment.Update) {
                writer.live(p, p + 1, List.of(), x -> bytes);
            }
        }
    }

    /** Takes memory all the time, whatever is chosen. */
    void always(long bytes) {
        writer.add(Quantity.STATIC, List.of(), x -> bytes);
    }

    /** Writes all tables. */
    void write() {
        fates.rules().forEach(writer::rule);
        conditions.rules().forEach(writer::rule);
        choices.operators().forEach(this::operator);
        choices.copies().forEach(moves::copy);
        for (Unit unit : fates.units().all()) {
            if (fates.of(unit).size() > 1) {
                again.ties(unit).ifPresent(writer::rule);
                writer.add(Quantity.TIME, again.over(unit), again.ticks(unit));
                writer.add(Quantity.BACKWARD_ASYNC, again.over(unit), again.besideTicks(unit));
                writer.add(Quantity.BACKWARD_COMPUTE, again.over(unit), again.slowedTicks(unit));
            }
        }
        for (Size sum : lifetimes.sums()) {
            writer.add(Quantity.TIME, bytes.variables(sum), bytes.sumTicks(sum));
        }
        List<Moment> moments = lifetimes.moments();
        for (int p = 0; p < moments.size(); p++) {
            moment(p, moments.get(p));
        }
        lifetimes.storages().forEach(storages::storage);
    }

    private void operator(OperatorNode node) {
        Variable variable = choices.variable(node);
        OperatorMenu menu = choices.menu(node);
        List<Facts> facts = menu.facts();
        Quantity forward = any(w -> w.forwardBesideTicks() > 0) ? Quantity.FORWARD_COMPUTE : Quantity.TIME;
        boolean overlaps = any(w -> w.besideTicks() > 0 || w.ahead().contains(true));
        Quantity backward = overlaps ? Quantity.BACKWARD_COMPUTE : Quantity.TIME;
        if (forward == backward) {
            writer.add(
                    forward, List.of(variable), x -> facts.get(x.of(variable)).ticks());
        } else {
            writer.add(
                    forward, List.of(variable), x -> facts.get(x.of(variable)).forwardTicks());
            writer.add(
                    backward, List.of(variable), x -> facts.get(x.of(variable)).backwardTicks());
        }
        Variable storage = choices.storage(node);
        menu.tied().forEach((index, use) -> tie(variable, storage, menu.stored(), index, use.tie()));
        List<Variable> both = List.of(variable, storage);
        writer.addOrForbidInStep(both, x -> menu.amount(x.of(variable), x.of(storage), Stored::waitedTicks));
        writer.addInStep(
                Quantity.FORWARD_ASYNC,
                both,
                x -> Math.max(0, menu.amount(x.of(variable), x.of(storage), Stored::forwardBesideTicks)));
        writer.addInStep(
                Quantity.BACKWARD_ASYNC,
                both,
                x -> Math.max(0, menu.amount(x.of(variable), x.of(storage), Stored::besideTicks)));
        writer.addInStep(
                Quantity.FORWARD_COMPUTE,
                both,
                x -> Math.max(0, menu.amount(x.of(variable), x.of(storage), Stored::forwardSlowedTicks)));
        writer.addInStep(
                Quantity.BACKWARD_COMPUTE,
                both,
                x -> Math.max(0, menu.amount(x.of(variable), x.of(storage), Stored::slowedTicks)));
        writer.add(
                Quantity.STATIC,
                both,
                x -> Math.max(0, menu.amount(x.of(variable), x.of(storage), Stored::staticBytes)));
    }

    /** An operator stores a parameter that is used elsewhere too as that lies. */
    private void tie(Variable variable, Variable storage, List<List<Stored>> stored, int parameter, Tie tie) {
        writer.addOrForbid(List.of(variable, storage, tie.variable()), x -> {
            List<Stored> ways = stored.get(x.of(variable));
            int label = x.of(storage);
            return label < ways.size()
                            && tie.isStored(
                                    x.of(tie.variable()),
                                    ways.get(label).storage().get(parameter))
                    ? 0
                    : -1;
        });
    }

    /** Whether a way to store parameters may be chosen of which something holds. */
    private boolean any(Predicate<Stored> holds) {
        return choices.operators().stream()
                .flatMap(n -> choices.menu(n).stored().stream())
                .flatMap(List::stream)
                .anyMatch(holds);
    }

    /** Asks for what decides whether something is kept that is handed on. */
    void ask(Collection<StorageTables.Keeping> keeping) {
        asked.add(() -> storages.over(keeping));
    }

    /** Asks for what decides whether two tensors lie in one storage. */
    void askShared(List<List<Storage.Condition>> shared) {
        asked.add(() -> storages.overShared(shared));
    }

    /** Variables that are nodes of their own beside those of operators and copies, by what has to come before each of them. */
    Map<Variable, Set<Variable>> conditions() {
        for (Storage storage : lifetimes.storages()) {
            storage.readings().forEach(r -> storages.over(storage, r.time()));
        }
        for (int p = 0; p < lifetimes.moments().size(); p++) {
            if (lifetimes.moments().get(p) instanceof Moment.Moving moving) {
                moves.over(p, moving);
            } else if (lifetimes.moments().get(p) instanceof Moment.Addition addition) {
                storages.overShared(addition.when());
            }
        }
        asked.forEach(Runnable::run);
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
            return ways.variables(unit.moving().get());
        }
        return unit.node()
                .map(n -> Set.of(choices.variable(n)))
                .orElseGet(() -> choices.madeHere(unit.results().get(0))
                        .map(m -> Set.of(m.variable()))
                        .orElse(Set.of()));
    }

    private void moment(int point, Moment moment) {
        if (moment instanceof Moment.Call call) {
            Variable variable = choices.variable(call.node());
            List<Facts> facts = choices.menu(call.node()).facts();
            writer.live(point, point + 1, List.of(variable), x -> {
                Facts of = facts.get(x.of(variable));
                return (call.backward() ? of.backward() : of.forward()).peakBytes();
            });
        } else if (moment instanceof Moment.Moving moving) {
            moves.moving(point, moving);
        } else if (moment instanceof Moment.Gathering gathering) {
            moves.gathering(point, gathering.marker());
        } else if (moment instanceof Moment.UpdateOne update) {
            OperatorNode node = choices.ofWhole(update.node());
            Variable variable = choices.variable(node);
            Variable storage = choices.storage(node);
            OperatorMenu menu = choices.menu(node);
            writer.live(
                    point,
                    point + 1,
                    List.of(variable, storage),
                    x -> Math.max(
                            0,
                            menu.amount(
                                    x.of(variable),
                                    x.of(storage),
                                    s -> s.updateBytes().get(update.parameter()))));
        } else if (moment instanceof Moment.Restoring restoring) {
            moves.gathering(point, restoring.marker());
        } else if (moment instanceof Moment.Begin begin) {
            writer.live(point, point + 1, again.over(begin), again.bytes(begin));
        } else if (moment instanceof Moment.Addition addition) {
            addition(point, addition);
        } else if (moment instanceof Moment.Turning turning) {
            Size size = new Size.OfCrossing(turning.crossing());
            writer.live(point, point + 1, bytes.variables(size), bytes.of(size));
        } else if (moment instanceof Moment.Start start) {
            writer.live(point, point + 1, List.of(), bytes.of(new Size.OfScalar(start.gradient())));
        } else if (moment instanceof Moment.Arrival arrival) {
            writer.live(point, point + 1, List.of(), x -> bytes.arriving(arrival.input()));
        } else if (moment instanceof Moment.Again repeated) {
            writer.live(point, point + 1, again.over(repeated.unit()), again.bytes(repeated));
        }
    }

    private void addition(int point, Moment.Addition addition) {
        Size size = lifetimes.size(addition.result());
        Set<Variable> over = storages.overShared(addition.when());
        over.addAll(bytes.variables(size));
        Predicate<Labels> made = conditions.anyHolds(addition.when());
        ToLongFunction<Labels> amount = bytes.of(size);
        writer.live(point, point + 1, over, x -> made.test(x) ? amount.applyAsLong(x) : 0);
    }

    /** See {@link StorageTables#kept}. */
    void kept(Variable variable, Collection<StorageTables.Keeping> keeping) {
        storages.kept(variable, keeping);
    }

    /** See {@link StorageTables#same}. */
    void same(Variable variable, List<List<Storage.Condition>> shared) {
        storages.same(variable, shared);
    }

    /** A tensor passes as it is made. */
    void asMade(Made made, Wanted passing) {
        List<Boundary> boundaries = made.boundaries();
        writer.addOrForbid(
                List.of(made.variable(), passing.variable()),
                x -> boundaries
                                .get(x.of(made.variable()))
                                .equals(passing.boundaries().get(x.of(passing.variable())))
                        ? 0
                        : -1);
    }
}
