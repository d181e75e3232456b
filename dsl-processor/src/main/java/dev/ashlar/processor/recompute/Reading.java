package dev.ashlar.processor.recompute;

import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.program.MemoryPoint;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.SavedTensor;
import java.util.Arrays;

/** The memory of a program, read piece by piece. */
final class Reading {
    private final long[] forward;
    private final long[] backward;
    private final long[] kept;
    private final double[] recomputeSeconds;
    private long rest;
    private boolean ordered = true;

    /** Reads a program of the chain's model. */
    Reading(Chain chain, MemoryProfile memory, ModelCost costs) {
        int count = chain.pieces().size();
        forward = new long[count];
        backward = new long[count];
        kept = new long[count];
        recomputeSeconds = new double[count];
        int at = 0;
        for (MemoryPoint point : memory.points()) {
            boolean back = point.phase().equals("backward");
            if (!back && !point.phase().equals("forward")) {
                rest = Math.max(rest, point.bytes());
                continue;
            }
            int piece = chain.piece(point.at());
            // What is between pieces, like the sum of what repetitions make, is read with the one that just ran.
            int now = piece < 0 ? at : piece;
            ordered &= back ? now <= at : now >= at;
            at = now;
            long[] most = back ? backward : forward;
            most[at] = Math.max(most[at], point.bytes());
        }
        for (SavedTensor saved : memory.saved()) {
            int piece = chain.piece(saved.operator());
            if (piece >= 0) {
                kept[piece] += saved.bytes();
            }
        }
        int times = chain.graph().form().microBatches();
        for (OperatorCost cost : costs.operators()) {
            int piece = chain.piece(cost.name());
            if (piece >= 0) {
                recomputeSeconds[piece] += times * cost.recompute().seconds();
            }
        }
    }

    /** Whether forward runs through the pieces in order, and backward in the opposite one. */
    boolean isOrdered() {
        return ordered;
    }

    /** Most memory within a piece's forward, less what earlier pieces keep. */
    long forwardOwn(int piece) {
        return forward[piece] - before(piece);
    }

    /** Most memory within a piece's backward, less what earlier pieces keep; zero if it has none. */
    long backwardOwn(int piece) {
        return backward[piece] == 0 ? 0 : backward[piece] - before(piece);
    }

    private long before(int piece) {
        return Arrays.stream(kept, 0, piece).sum();
    }

    /** Memory that a piece makes and leaves for backward. */
    long kept(int piece) {
        return kept[piece];
    }

    double recomputeSeconds(int piece) {
        return recomputeSeconds[piece];
    }

    /** Most memory outside forward and backward. */
    long rest() {
        return rest;
    }

    long forward(int piece) {
        return forward[piece];
    }

    long backward(int piece) {
        return backward[piece];
    }
}
