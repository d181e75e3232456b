package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.joint.Table.Labels;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What units come to that backward makes again. */
final class AgainTables {
    private final Choices choices;
    private final Ways ways;
    private final Fates fates;

    AgainTables(Choices choices, Ways ways, Fates fates) {
        this.choices = choices;
        this.ways = ways;
        this.fates = fates;
    }

    private Fate fate(Unit unit, Labels x) {
        return fates.of(unit).get(x.of(fates.variable(unit)));
    }

    /** A copy is passed where nothing has to be moved; of a gathered parameter its storage says whether it is kept. */
    Optional<Fates.Rule> ties(Unit unit) {
        return unit.moving().map(marker -> {
            List<Variable> over = new ArrayList<>(ways.variables(marker));
            over.add(fates.variable(unit));
            return new Fates.Rule(over, x -> {
                boolean moved = ways.of(marker, x::of).map(Route::moved).orElse(false);
                Fate fate = fate(unit, x);
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
        if (fates.of(unit).stream().anyMatch(Fate::isAgain)) {
            unit.moving().ifPresent(m -> over.addAll(ways.variables(m)));
            unit.node().ifPresent(n -> over.add(choices.variable(n)));
            over.add(fates.variable(unit));
        }
        return over;
    }

    /** Time to make it again, if that is chosen, in units of 2⁻²⁰ nanoseconds. */
    long ticks(Unit unit, Labels x) {
        if (over(unit).isEmpty() || !fate(unit, x).isAgain()) {
            return 0;
        }
        if (isAhead(unit, x)) {
            return isBeside(unit, x)
                    ? 0
                    : ways.of(unit.moving().orElseThrow(), x::of).orElseThrow().ticks();
        }
        if (unit.moving().isPresent()) {
            // Storage counts the gathers of what backward reads itself.
            return unit.isGathered() && !fates.units().calls(unit, 0).isEmpty()
                    ? 0
                    : ways.of(unit.moving().get(), x::of).map(Route::ticks).orElse(0L);
        }
        OperatorNode node = unit.node().orElseThrow();
        return choices.menu(node).facts().get(x.of(choices.variable(node))).forwardTicks();
    }

    /** Time to gather it again beside what runs before, if that is chosen. */
    long besideTicks(Unit unit, Labels x) {
        return !over(unit).isEmpty() && fate(unit, x).isAgain() && isAhead(unit, x) && isBeside(unit, x)
                ? ways.of(unit.moving().orElseThrow(), x::of).orElseThrow().ticks()
                : 0;
    }

    /** Whether it is a parameter that is gathered early where it can be. */
    private boolean isAhead(Unit unit, Labels x) {
        return unit.moving().isPresent()
                && unit.moving().get() instanceof Marker.OfGather gather
                && ways.of(new Marker.OfAhead(gather.node(), gather.parameter()), x::of)
                        .filter(Route::moved)
                        .isPresent();
    }

    private boolean isBeside(Unit unit, Labels x) {
        return fates.units().earlier(fate(unit, x).first()).isPresent();
    }

    /** What a gather takes that begins early. */
    long bytes(Moment.Begin begin, Labels x) {
        boolean chosen = begin.unit()
                .map(u -> fate(u, x).isAgain() && fate(u, x).first() == begin.call())
                .orElse(true);
        Marker.OfGather gather = begin.marker();
        return chosen
                        && ways.of(new Marker.OfAhead(gather.node(), gather.parameter()), x::of)
                                .filter(Route::moved)
                                .isPresent()
                ? ways.of(gather, x::of).orElseThrow().stayingBytes()
                : 0;
    }

    /** What decides about that. */
    Set<Variable> over(Moment.Begin begin) {
        Set<Variable> over = new LinkedHashSet<>(ways.variables(begin.marker()));
        begin.unit().map(fates::variable).ifPresent(over::add);
        return over;
    }

    /** What it takes at the most beside what is there; the source of a copy stays. */
    long bytes(Moment.Again again, Labels x) {
        Unit unit = again.unit();
        Fate fate = fate(unit, x);
        if (!fate.isAgain() || fate.first() != again.call()) {
            return 0;
        }
        if (unit.node().isPresent()) {
            int strategy = x.of(choices.variable(unit.node().get()));
            return choices.menu(unit.node().get())
                    .facts()
                    .get(strategy)
                    .forward()
                    .peakBytes();
        }
        return ways.of(unit.moving().orElseThrow(), x::of)
                .map(Route::stayingBytes)
                .orElse(0L);
    }
}
