package dev.ashlar.processor.local;

import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Storage;

/**
 * How a parameter is stored. An operator that uses it in another layout gathers it just before the first kernel that reads it.
 *
 * @param parameter layout of the parameter
 * @param state layout of its gradient and its optimizer state: the same, or cut further; then every device updates its part and gathers
 *     the others'
 * @param keepGathered whether backward reads what forward has gathered; else backward gathers it again
 * @param overlapped whether it is gathered, and its gradient scattered, while kernels run, as far as that can be
 */
public record ParameterStorage(Layout parameter, Layout state, boolean keepGathered, boolean overlapped) {
    /** One for which everything waits. */
    public ParameterStorage(Layout parameter, Layout state, boolean keepGathered) {
        this(parameter, state, keepGathered, false);
    }

    /** The same, gathered and scattered while kernels run. */
    public ParameterStorage overlap() {
        return new ParameterStorage(parameter, state, keepGathered, true);
    }

    /** A parameter that lies as an operator uses it; whole where that is partial sums. */
    public static ParameterStorage asUsed(Layout use) {
        return sharded(Storage.withoutSums(use));
    }

    /** A parameter that lies in one layout with its gradient and state, and is gathered in each direction. */
    public static ParameterStorage sharded(Layout layout) {
        return new ParameterStorage(layout, layout, false);
    }
}
