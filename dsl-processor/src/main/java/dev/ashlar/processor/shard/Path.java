package dev.ashlar.processor.shard;

import java.util.List;

/**
 * How a tensor gets from one layout to another.
 *
 * @param moves in order; none if the layouts are equal
 * @param ticks how long they take together
 * @param extraBytes what they take on one device beside the source, at the most at once; every result is freed after the next move
 */
public record Path(List<Move> moves, long ticks, long extraBytes) {
    /** Copies the list. */
    public Path {
        moves = List.copyOf(moves);
    }

    /** A path of these moves. */
    static Path of(List<Move> moves) {
        long ticks = 0;
        long extraBytes = 0;
        long heldBytes = 0;
        for (Move move : moves) {
            ticks = Math.addExact(ticks, move.ticks());
            extraBytes = Math.max(extraBytes, Math.addExact(heldBytes, move.extraBytes()));
            heldBytes = move.kind() == Move.Kind.ALL_REDUCE ? heldBytes : move.resultBytes();
        }
        return new Path(moves, ticks, extraBytes);
    }
}
