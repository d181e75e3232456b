package dev.ashlar.processor.joint;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.joint.Table.Labels;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** What units come to that backward makes again. */
final class AgainTables {
    private final Choices choices;
    private final Ways ways;
    private final Fates fates;
    private final CostModel costs;

    AgainTables(Choices choices, Ways ways, Fates fates, CostModel costs) {
        this.choices = choices;
        this.ways = ways;
        this.fates = fates;
        this.costs = costs;
    }

    private Function<Labels, Fate> fate(Unit unit) {
        List<Fate> all = fates.of(unit);
        Variable variable = fates.variable(unit);
        return x -> all.get(x.of(variable));
    }

    /** A copy is passed where nothing has to be moved; of a gathered parameter its storage says whether it is kept. */
    Optional<Fates.Rule> ties(Unit unit) {
        return unit.moving().map(marker -> {
            List<Variable> over = new ArrayList<>(ways.variables(marker));
            over.add(fates.variable(unit));
            Ways.Way way = ways.way(marker);
            Function<Labels, Fate> chosen = fate(unit);
            return new Fates.Rule(over, x -> {
                boolean moved = way.isMoved(x);
                Fate fate = chosen.apply(x);
                return moved != (fate.mode() == Fate.Mode.PASSED)
                        && (!moved || !(marker instanceof Marker.OfGather gather) || agrees(gather, fate, x));
            });
        });
    }

    private boolean agrees(Marker.OfGather gather, Fate fate, Labels x) {
        OperatorNode node = choices.ofWhole(gather.node());
        List<Stored> stored = choices.menu(node).stored().get(x.of(choices.variable(node)));
        boolean kept = stored.get(x.of(choices.storage(node)))
                .storage()
                .get(gather.parameter())
                .keepGathered();
        return fate.last() < 0 || kept == (fate.mode() == Fate.Mode.KEPT);
    }

    /** What decides about time and memory to make a unit again. */
    Set<Variable> over(Unit unit) {
        Set<Variable> over = new LinkedHashSet<>();
        if (mayBeAgain(unit)) {
            unit.moving().ifPresent(m -> over.addAll(ways.variables(m)));
            unit.node().ifPresent(n -> over.add(choices.variable(n)));
            over.add(fates.variable(unit));
        }
        return over;
    }

    private boolean mayBeAgain(Unit unit) {
        return fates.of(unit).stream().anyMatch(Fate::isAgain);
    }

    /** Time to make it again, if that is chosen, in units of 2⁻²⁰ nanoseconds. */
    ToLongFunction<Labels> ticks(Unit unit) {
        if (!mayBeAgain(unit)) {
            return x -> 0;
        }
        Function<Labels, Fate> fate = fate(unit);
        if (unit.moving().isEmpty()) {
            OperatorNode node = unit.node().orElseThrow();
            Variable variable = choices.variable(node);
            List<Facts> facts = choices.menu(node).facts();
            return x -> fate.apply(x).isAgain() ? facts.get(x.of(variable)).forwardTicks() : 0;
        }
        Ways.Way way = ways.way(unit.moving().get());
        Predicate<Labels> ahead = isAhead(unit.moving().get());
        // Storage counts the gathers of what backward reads itself.
        boolean counted = unit.isGathered() && !fates.units().calls(unit, 0).isEmpty();
        return x -> {
            Fate chosen = fate.apply(x);
            if (!chosen.isAgain() || (ahead.test(x) ? isBeside(chosen) : counted)) {
                return 0;
            }
            return way.of(x).map(Route::ticks).orElse(0L);
        };
    }

    /** Time to gather it again beside what runs before, if that is chosen. */
    ToLongFunction<Labels> besideTicks(Unit unit) {
        if (!mayBeAgain(unit) || unit.moving().isEmpty()) {
            return x -> 0;
        }
        Ways.Way way = ways.way(unit.moving().get());
        Predicate<Labels> ahead = isAhead(unit.moving().get());
        Function<Labels, Fate> fate = fate(unit);
        return x -> fate.apply(x).isAgain() && ahead.test(x) && isBeside(fate.apply(x))
                ? way.of(x).orElseThrow().ticks()
                : 0;
    }

    /** What kernels lose to that. */
    ToLongFunction<Labels> slowedTicks(Unit unit) {
        ToLongFunction<Labels> beside = besideTicks(unit);
        return x -> costs.slowedTicks(Collective.ALL_GATHER, beside.applyAsLong(x));
    }

    /** Whether it is a parameter that is gathered early where it can be. */
    private Predicate<Labels> isAhead(Marker moving) {
        if (!(moving instanceof Marker.OfGather gather)) {
            return x -> false;
        }
        Ways.Way ahead = ways.way(new Marker.OfAhead(gather.node(), gather.parameter()));
        return ahead::isMoved;
    }

    private boolean isBeside(Fate fate) {
        return fates.units().earlier(fate.first()).isPresent();
    }

    /** What a gather takes that begins early. */
    ToLongFunction<Labels> bytes(Moment.Begin begin) {
        Predicate<Labels> ahead = isAhead(begin.marker());
        Ways.Way way = ways.way(begin.marker());
        Predicate<Labels> chosen =
                begin.unit().map(unit -> isAgain(unit, begin.call())).orElse(x -> true);
        return x -> chosen.test(x) && ahead.test(x) ? way.of(x).orElseThrow().stayingBytes() : 0;
    }

    private Predicate<Labels> isAgain(Unit unit, int call) {
        Function<Labels, Fate> chosen = fate(unit);
        return x -> {
            Fate fate = chosen.apply(x);
            return fate.isAgain() && fate.first() == call;
        };
    }

    /** What decides about that. */
    Set<Variable> over(Moment.Begin begin) {
        Set<Variable> over = new LinkedHashSet<>(ways.variables(begin.marker()));
        begin.unit().map(fates::variable).ifPresent(over::add);
        return over;
    }

    /** What it takes at the most beside what is there; the source of a copy stays. */
    ToLongFunction<Labels> bytes(Moment.Again again) {
        Unit unit = again.unit();
        Predicate<Labels> chosen = isAgain(unit, again.call());
        if (unit.node().isPresent()) {
            Variable variable = choices.variable(unit.node().get());
            List<Facts> facts = choices.menu(unit.node().get()).facts();
            return x -> chosen.test(x) ? facts.get(x.of(variable)).forward().peakBytes() : 0;
        }
        Ways.Way way = ways.way(unit.moving().orElseThrow());
        return x -> chosen.test(x) ? way.of(x).map(Route::stayingBytes).orElse(0L) : 0;
    }
}
