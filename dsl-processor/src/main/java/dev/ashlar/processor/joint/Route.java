package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.program.StepSettings;
import java.util.List;

/**
 * How a tensor gets from one layout to another, and what that takes beside the source, at the most at once.
 *
 * @param moved whether anything has to be done
 * @param ticks how long it takes, in units of 2⁻²⁰ nanoseconds
 * @param stayingBytes if the source stays
 * @param leavingBytes if the first move frees the source
 * @param overwritingBytes if the first move may take the source's place, and frees it if it does not
 */
record Route(boolean moved, long ticks, long stayingBytes, long leavingBytes, long overwritingBytes) {
    /** Nothing has to be done. */
    static final Route NONE = new Route(false, 0, 0, 0, 0);

    /** @param sourceBytes of the source on one device */
    static Route of(List<Hop> hops, long sourceBytes, StepSettings settings) {
        long ticks = 0;
        for (Hop hop : hops) {
            ticks = Math.addExact(ticks, hop.transfer().ticks());
        }
        return new Route(
                !hops.isEmpty(),
                ticks,
                extraBytes(hops, 0, settings, false),
                extraBytes(hops, sourceBytes, settings, false),
                extraBytes(hops, sourceBytes, settings, true));
    }

    /** As the ledger counts it: every move frees what it read, if it does not take its place. */
    private static long extraBytes(List<Hop> hops, long sourceBytes, StepSettings settings, boolean overwrites) {
        long live = 0;
        long most = 0;
        long read = sourceBytes;
        for (int i = 0; i < hops.size(); i++) {
            Hop hop = hops.get(i);
            boolean takesOver = hop.transfer().inPlace() && (i > 0 || overwrites);
            long made = takesOver ? 0 : settings.bytes(hop.type());
            live += made;
            most = Math.max(most, live + hop.transfer().workspaceBytes());
            if (!takesOver) {
                live -= read;
                read = made;
            }
        }
        return most;
    }
}
