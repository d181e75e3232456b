package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.local.GathersAhead;
import dev.ashlar.processor.local.Scatters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where a piece begins and ends what may run beside its kernels: as {@code local} does, by the order of steps alone. */
final class Beside {
    private final Map<Integer, List<Step.Collective>> begins = new HashMap<>();
    private final Map<Integer, List<Step.Collective>> ends = new HashMap<>();

    Beside(Piece piece) {
        for (int i = 0; i < piece.forward().size(); i++) {
            if (piece.forward().get(i) instanceof Step.Collective gather
                    && gather.transfer() instanceof Marker.OfGather of
                    && isMatrix(of)) {
                GathersAhead.begin(piece.forward(), i).ifPresent(b -> add(begins, b, gather));
            }
        }
        for (int i = 0; i + 1 < piece.backward().size(); i++) {
            if (piece.backward().get(i) instanceof Step.Collective gradient
                    && gradient.transfer() instanceof Marker.OfParameter) {
                Scatters.end(piece.backward(), i + 1).ifPresent(e -> add(ends, e, gradient));
            }
        }
    }

    /** Whether it is a matrix that is gathered. */
    static boolean isMatrix(Marker.OfGather gather) {
        return GathersAhead.isMatrix(gather.node().parameters().get(gather.parameter()));
    }

    private static void add(Map<Integer, List<Step.Collective>> all, int position, Step.Collective step) {
        all.computeIfAbsent(position, p -> new ArrayList<>()).add(step);
    }

    /** Gathers of forward that may be begun before a step of forward. */
    List<Step.Collective> begins(int position) {
        return begins.getOrDefault(position, List.of());
    }

    /** Scattered gradients that are waited for before a step of backward. */
    List<Step.Collective> ends(int position) {
        return ends.getOrDefault(position, List.of());
    }
}
