package dev.ashlar.processor.joint;

import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.shard.Layout;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How a tensor is made.
 *
 * @param variable what decides
 * @param layouts its layout by label
 * @param gradients layout in which the maker wants its gradient, by label; empty for what can have none
 */
record Made(Variable variable, List<Layout> layouts, Optional<List<Layout>> gradients) {
    /** Copies the lists. */
    Made {
        layouts = List.copyOf(layouts);
        gradients = gradients.map(List::copyOf);
    }

    /** The layouts of the tensor and its gradient, by label. */
    List<Boundary> boundaries() {
        return IntStream.range(0, layouts.size())
                .mapToObj(l -> gradients
                        .map(g -> new Boundary(layouts.get(l), g.get(l)))
                        .orElseGet(() -> Boundary.of(layouts.get(l))))
                .toList();
    }
}
