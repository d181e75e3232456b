package dev.ashlar.processor.op;

import dev.ashlar.runtime.dist.Mesh;
import java.util.List;
import java.util.Map;

/**
 * The part of an operator that one rank runs.
 *
 * @param kernel as {@link KernelBuilder#kernel()}
 * @param shards of axes of the rule, with offsets that are numbers
 * @param first whether its addend of the first output is the first of all
 * @param mesh where the rank is
 * @param meshAxes for each axis of the rule the mesh axes that share it
 */
record LivePart(
        int kernel,
        Map<String, KernelBuilder.Shard> shards,
        boolean first,
        Mesh mesh,
        Map<String, List<Integer>> meshAxes) {
    /** Ranks as an argument of a kernel. */
    record Peers(dev.ashlar.runtime.dist.Peers ranks) implements Argument {}

    /** A part whose kernel reduces nothing. */
    static LivePart of(Map<String, KernelBuilder.Shard> shards) {
        return new LivePart(0, shards, true, Mesh.single(), Map.of());
    }

    Peers peers(List<String> axes) {
        int[] along = axes.stream()
                .flatMap(axis -> meshAxes.getOrDefault(axis, List.of()).stream())
                .mapToInt(axis -> axis)
                .sorted()
                .distinct()
                .toArray();
        return new Peers(mesh.peers(along));
    }
}
