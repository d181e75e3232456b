package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.shard.Collectives;
import java.util.List;

/**
 * Which gradients of a part of backward are summed as one, and what each of them adds to the time. A gradient goes with others if a copy
 * of it is cheaper than another latency. The latency of a sum of several is shared evenly among all trained parameters of the part, so
 * that what one of them adds does not depend on how the others lie: where some lie otherwise, a sum is priced up to one latency too low.
 */
public final class Fusion {
    private final Collectives collectives;

    /** Fusion over the links of these collectives. */
    public Fusion(Collectives collectives) {
        this.collectives = collectives;
    }

    /**
     * Whether a gradient is summed with others.
     *
     * @param meshAxes along which it is summed, one after the other
     */
    public boolean fuses(long bytes, List<Integer> meshAxes) {
        long latency = meshAxes.stream().mapToLong(this::latency).sum();
        return copyTicks(bytes) < latency;
    }

    /** Time in ticks to copy a gradient to its place among the others. */
    public long copyTicks(long bytes) {
        return collectives.copyTicks(bytes);
    }

    /**
     * What a gradient adds to the time of a sum, in ticks.
     *
     * @param parameters how many are trained in the part
     */
    public long ticks(int meshAxis, long bytes, int parameters) {
        long alone = collectives.ticks(Collective.ALL_REDUCE, meshAxis, wireBytes(meshAxis, bytes));
        return alone - latency(meshAxis) + latency(meshAxis) / parameters;
    }

    long wireBytes(int meshAxis, long bytes) {
        return collectives.wireBytes(Collective.ALL_REDUCE, meshAxis, bytes);
    }

    private long latency(int meshAxis) {
        return collectives.ticks(Collective.ALL_REDUCE, meshAxis, 0);
    }
}
