package dev.ashlar.processor.joint;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import java.util.function.Function;

/**
 * What a model is planned for.
 *
 * @param collectives on the mesh
 * @param costs of one of its devices
 * @param format that is computed in
 * @param inputs layouts in which inputs arrive
 * @param repeats what backward may make again
 */
public record Target(
        Collectives collectives,
        CostModel costs,
        NumberFormat format,
        Function<ScopeInput, Layout> inputs,
        Repeats repeats) {
    /** Backward may make everything again. */
    public Target(Collectives collectives, CostModel costs, NumberFormat format, Function<ScopeInput, Layout> inputs) {
        this(collectives, costs, format, inputs, Repeats.EVERYTHING);
    }
}
