package dev.ashlar.processor.joint;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.local.Fusion;
import dev.ashlar.processor.shard.Move;
import java.util.List;

/** Prices the ways of gradients as the program goes them: sums beside backward, small ones together, scattered ones where they may. */
final class Reducing {
    private final Fusion fusion;
    private final CostModel costs;
    private final boolean atOnce;

    /** @param atOnce whether every gradient goes its way by itself, and is waited for */
    Reducing(Fusion fusion, CostModel costs, boolean atOnce) {
        this.atOnce = atOnce;
        this.fusion = fusion;
        this.costs = costs;
    }

    /** Whether a way may begin with a reduce-scatter that runs beside backward, and is any shorter so. */
    boolean overlaps(List<Hop> hops) {
        return costs.hides(Collective.REDUCE_SCATTER)
                && !atOnce
                && !hops.isEmpty()
                && isKind(hops.get(0), Move.Kind.REDUCE_SCATTER)
                && hops.stream().skip(1).allMatch(h -> isKind(h, Move.Kind.ALL_REDUCE));
    }

    /** The way of a gradient that is scattered beside backward. */
    Reduced overlapped(List<Hop> hops, Route route) {
        long first = hops.get(0).transfer().ticks();
        long slowed = costs.slowedTicks(Collective.REDUCE_SCATTER, first);
        return new Reduced(route, route.ticks() - first, first, slowed, 0, true);
    }

    private static boolean isKind(Hop hop, Move.Kind kind) {
        return hop.transfer() instanceof Move move && move.kind() == kind;
    }

    /**
     * The way of one gradient that is not scattered beside backward.
     *
     * @param route the same when nothing runs beside it
     * @param bytes of the gradient as it is made
     * @param use what the piece makes of its operator
     */
    Reduced of(List<Hop> hops, Route route, long bytes, OperatorUse use) {
        boolean sums = !hops.isEmpty() && hops.stream().allMatch(h -> isKind(h, Move.Kind.ALL_REDUCE));
        if (!sums || atOnce) {
            return Reduced.waiting(route, route.ticks(), 0);
        }
        List<Integer> axes =
                hops.stream().map(h -> ((Move) h.transfer()).meshAxis()).toList();
        if (!fusion.fuses(bytes, axes)) {
            boolean waits = use.lastPart() && use.lastOfPart();
            return split(route, hops.get(0).transfer().ticks(), route.ticks(), waits, 0);
        }
        long first = fusion.ticks(axes.get(0), bytes, use.trainedInPart());
        long all = fusion.copyTicks(bytes);
        for (int axis : axes) {
            all += fusion.ticks(axis, bytes, use.trainedInPart());
        }
        return split(new Route(true, all, 0, 0, 0), first, all, use.lastPart(), bytes);
    }

    /** Where communication slows compute by all the time it takes, nothing is ever hidden. */
    private Reduced split(Route route, long first, long all, boolean waits, long fusedBytes) {
        if (waits) {
            return Reduced.waiting(route, all, fusedBytes);
        }
        long slowed = costs.slowedTicks(Collective.ALL_REDUCE, first);
        return costs.hides(Collective.ALL_REDUCE)
                ? new Reduced(route, all - first, first, slowed, fusedBytes, false)
                : Reduced.waiting(route, all - first + slowed, fusedBytes);
    }
}
