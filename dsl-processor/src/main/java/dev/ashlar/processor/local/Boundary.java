package dev.ashlar.processor.local;

import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Placement;
import java.util.ArrayList;
import java.util.List;

/**
 * How a tensor passes into a block or out of it.
 *
 * @param layout of the tensor
 * @param gradient layout of its gradient, which cuts the same dimensions
 */
public record Boundary(Layout layout, Layout gradient) {
    /** Requires that gradient and tensor have one local shape. */
    public Boundary {
        if (!cuts(layout).equals(cuts(gradient))) {
            throw new IllegalArgumentException("a tensor " + layout + " has no gradient " + gradient);
        }
    }

    /** A tensor whose gradient is cut as it is and else replicated. */
    public static Boundary of(Layout layout) {
        return new Boundary(layout, cuts(layout));
    }

    private static Layout cuts(Layout layout) {
        List<Placement> cuts = new ArrayList<>();
        for (Placement placement : layout.placements()) {
            cuts.add(placement instanceof Placement.Shard ? placement : Placement.REPLICATED);
        }
        return new Layout(cuts);
    }

    /** The same for a stack of such tensors along a new first dimension. */
    Boundary stacked() {
        return new Boundary(stacked(layout), stacked(gradient));
    }

    private static Layout stacked(Layout layout) {
        return new Layout(layout.placements().stream()
                .map(p -> p instanceof Placement.Shard shard ? Placement.shard(shard.dimension() + 1) : p)
                .toList());
    }
}
