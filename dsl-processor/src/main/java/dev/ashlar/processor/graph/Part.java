package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.InnerReduction;
import dev.ashlar.processor.op.KernelBuilder;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /**
     * Where a device's part of a tensor lies in the whole; empty if it is the whole.
     *
     * @param dims the axis of the rule of each dimension
     * @param local the device's part
     */
    Optional<KernelBuilder.Region> region(List<String> dims, TensorType local) {
        if (dims.stream().noneMatch(shards::containsKey)) {
            return Optional.empty();
        }
        List<Long> whole = new ArrayList<>();
        Long[] strides = new Long[axes.size()];
        Arrays.fill(strides, 0L);
        long inner = 1;
        for (int d = dims.size() - 1; d >= 0; d--) {
            KernelBuilder.Shard shard = shards.get(dims.get(d));
            if (shard != null && shard.offset() instanceof Step.Offset offset) {
                for (int axis = 0; axis < strides.length; axis++) {
                    strides[axis] += inner * offset.strides().get(axis);
                }
            }
            long size = shard == null ? local.size(d) : shard.wholeSize();
            whole.add(0, size);
            inner = Math.multiplyExact(inner, size);
        }
        return Optional.of(new KernelBuilder.Region(new Step.Offset(List.of(strides)), whole));
    }

    /** Mesh axes that share any of these axes of the rule among devices. */
    List<Integer> meshAxes(List<String> shared) {
        return IntStream.range(0, axes.size())
                .filter(a -> shared.contains(axes.get(a)))
                .boxed()
                .toList();
    }
}
