package dev.ashlar.processor.shard;

import dev.ashlar.processor.graph.Transfer;

/**
 * One step of a redistribution: one collective or copy along one mesh axis.
 *
 * @param kind what is done
 * @param meshAxis along which
 * @param from layout before
 * @param to layout after, different on that mesh axis alone
 * @param tensorBytes what a device would hold of the tensor if this mesh axis cut nothing; of an all-to-all, what it does hold
 * @param wireBytes what one device sends
 * @param ticks how long it takes
 * @param resultBytes of the result on one device, 0 where the result takes the place of the source
 * @param workspaceBytes what it takes beside source and result, at the most at once
 */
public record Move(
        Kind kind,
        int meshAxis,
        Layout from,
        Layout to,
        long tensorBytes,
        long wireBytes,
        long ticks,
        long resultBytes,
        long workspaceBytes)
        implements Transfer {
    /** What a step does. */
    public enum Kind {
        /** S → R. */
        ALL_GATHER,
        /** S of one dimension → S of another. */
        ALL_TO_ALL,
        /** P → S. */
        REDUCE_SCATTER,
        /** P → R, in place. */
        ALL_REDUCE,
        /** R → S: every device copies its part of what it has. */
        SLICE,
        /** R → P: the first device keeps what it has, the others put zeros in its place. */
        ZERO_FILL
    }

    @Override
    public boolean inPlace() {
        return kind == Kind.ALL_REDUCE;
    }

    /** Parts along the first dimension lie one after the other. */
    @Override
    public boolean completes() {
        return kind == Kind.ALL_GATHER && from.on(meshAxis).equals(Placement.shard(0));
    }

    /** What it takes beside its source, at the most at once. */
    public long extraBytes() {
        return Math.addExact(resultBytes, workspaceBytes);
    }

    /** {@code "all_gather over 1: [S0, S1] -> [S0, R]"}. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + " over " + meshAxis + ": " + from + " -> " + to;
    }
}
