package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.InnerReduction;
import dev.ashlar.processor.op.KernelBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What is different about an operator that runs on one device's parts of its tensors.
 *
 * @param kernel 0 for the kernel of its signature's rule, then those of its further rules
 * @param shards of axes of that rule that are shared among devices
 * @param addends mesh axes along which every device has an addend of the first output
 * @param axes for each mesh axis the axis of that rule that it shares among devices; empty if none
 * @param insides what its kernel reduces inside
 * @param parameters how each of its parameters is stored, in order
 */
public record Part(
        int kernel,
        Map<String, KernelBuilder.Shard> shards,
        List<Integer> addends,
        List<String> axes,
        List<Inside> insides,
        List<StoredParameter> parameters) {
    /** Copies the collections. */
    public Part {
        shards = Map.copyOf(shards);
        addends = List.copyOf(addends);
        axes = List.copyOf(axes);
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

    /** Mesh axes that share any of these axes of the rule among devices. */
    List<Integer> meshAxes(List<String> shared) {
        return IntStream.range(0, axes.size())
                .filter(a -> shared.contains(axes.get(a)))
                .boxed()
                .toList();
    }
}
