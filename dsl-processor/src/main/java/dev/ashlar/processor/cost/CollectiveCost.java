package dev.ashlar.processor.cost;

import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.shard.Collectives;

/**
 * What one collective or copy between devices costs.
 *
 * @param name what it is for: {@code "body[0].ln1 -> up"}
 * @param backward whether it belongs to backward, or follows the update
 * @param again whether backward repeats what forward did
 * @param overlapped whether kernels run beside it
 * @param transfer what is done
 */
public record CollectiveCost(String name, boolean backward, boolean again, boolean overlapped, Transfer transfer) {
    /** One that everything waits for. */
    static CollectiveCost blocking(String name, boolean backward, boolean again, Transfer transfer) {
        return new CollectiveCost(name, backward, again, false, transfer);
    }

    /** Estimated time. */
    public double seconds() {
        return Collectives.seconds(transfer.ticks());
    }
}
