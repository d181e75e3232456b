package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Mesh;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The cheapest way from one layout of a tensor to another, by single moves along one mesh axis each. Of equally quick ways it is the one
 * of the fewest moves, and of those the one whose last differing layout comes first in the order R, P, P&lt;, S0, S1, … of placements.
 * Remembers what it has found; not for several threads at once.
 */
public final class Redistribution {
    private final Collectives collectives;
    private final Map<Tensor, LayoutGraph> graphs = new HashMap<>();

    private record Tensor(List<Long> shape, int elementBytes) {}

    /** Redistribution on a mesh with these collectives. */
    public Redistribution(Collectives collectives) {
        this.collectives = collectives;
    }

    /** The mesh. */
    public Mesh mesh() {
        return collectives.mesh();
    }

    /**
     * The cheapest path.
     *
     * @param shape of the whole tensor
     * @param elementBytes bytes of one element
     * @throws IllegalArgumentException if a layout does not divide the shape, or {@code to} holds partial maxima along a mesh axis where
     *     {@code from} does not: nothing makes them
     */
    public Path path(List<Long> shape, int elementBytes, Layout from, Layout to) {
        return graph(shape, elementBytes).path(from, to);
    }

    /**
     * Time of the cheapest path in ticks, without the path.
     *
     * @throws IllegalArgumentException as {@link #path} does
     */
    public long ticks(List<Long> shape, int elementBytes, Layout from, Layout to) {
        return graph(shape, elementBytes).ticks(from, to);
    }

    /**
     * All layouts that divide a tensor of this shape, partial ones too, in the order of their placements from the first mesh axis on.
     *
     * @param shape of the whole tensor
     */
    public List<Layout> layouts(List<Long> shape) {
        return graph(shape, 1).layouts();
    }

    private LayoutGraph graph(List<Long> shape, int elementBytes) {
        return graphs.computeIfAbsent(
                new Tensor(List.copyOf(shape), elementBytes),
                tensor -> new LayoutGraph(collectives, tensor.shape(), tensor.elementBytes()));
    }
}
