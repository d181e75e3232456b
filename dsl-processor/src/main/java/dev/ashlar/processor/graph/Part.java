package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.InnerReduction;
import dev.ashlar.processor.op.KernelBuilder;
import java.util.List;
import java.util.Map;

/**
 * What is different about an operator that runs on one device's parts of its tensors.
 *
 * @param kernel 0 for the kernel of its signature's rule, then those of its further rules
 * @param shards of axes of that rule that are shared among devices
 * @param insides what its kernel reduces inside
 * @param parameters how each of its parameters is stored, in order
 */
public record Part(
        int kernel, Map<String, KernelBuilder.Shard> shards, List<Inside> insides, List<StoredParameter> parameters) {
    /** Copies the collections. */
    public Part {
        shards = Map.copyOf(shards);
        insides = List.copyOf(insides);
        parameters = List.copyOf(parameters);
    }

    /**
     * An all-reduce inside a kernel.
     *
     * @param meshAxis along which
     * @param reduction direction and bytes
     * @param ticks how long it takes, in units of 2⁻²⁰ nanoseconds
     */
    public record Inside(int meshAxis, InnerReduction reduction, long ticks) {}
}
