package dev.ashlar.processor.cost;

import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.shard.Collectives;

/**
 * What one collective or copy between devices costs.
 *
 * @param name what it is for: {@code "body[0].ln1 -> up"}
 * @param backward whether it belongs to backward, or follows the update
 * @param again whether backward repeats what forward did
 * @param transfer what is done
 */
public record CollectiveCost(String name, boolean backward, boolean again, Transfer transfer) {
    /** Estimated time. */
    public double seconds() {
        return Collectives.seconds(transfer.ticks());
    }
}
