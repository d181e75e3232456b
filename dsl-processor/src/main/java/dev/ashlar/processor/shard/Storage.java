package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Layouts in which a parameter, or its gradient and optimizer state, can lie apart from how the parameter is used. */
public final class Storage {
    private Storage() {}

    /**
     * The layouts that cut a parameter along any of the mesh axes along which its use does not: each by the first dimension that can be
     * cut, because gathering another one takes a permuting copy. The layout of the use comes first; where it holds partial sums the
     * parameter lies whole. Each can be gathered by all-gathers alone.
     *
     * @param type of the whole parameter
     * @param use layout in which an operator reads it
     */
    public static List<Layout> options(TensorType type, Layout use, Mesh mesh) {
        List<Layout> options = List.of(withoutSums(use));
        for (int axis = 0; axis < mesh.rank(); axis++) {
            if (use.on(axis) instanceof Placement.Shard || mesh.size(axis) == 1) {
                continue;
            }
            List<Layout> more = new ArrayList<>();
            for (Layout option : options) {
                more.add(option);
                cut(type.sizes(), option, axis, mesh).ifPresent(more::add);
            }
            options = List.copyOf(more);
        }
        return options;
    }

    /** The same layout, whole where it holds partial sums. */
    public static Layout withoutSums(Layout layout) {
        return new Layout(layout.placements().stream()
                .map(p -> p instanceof Placement.Partial ? Placement.REPLICATED : p)
                .toList());
    }

    /**
     * A layout cut further, along each of these mesh axes that does not cut it yet, by the first dimension that can be cut. Where none can
     * be, the axis is left out.
     *
     * @param type of the whole parameter
     * @param layout without partial sums
     */
    public static Layout along(TensorType type, Layout layout, Collection<Integer> axes, Mesh mesh) {
        Layout result = layout;
        for (int axis : axes) {
            if (!(layout.on(axis) instanceof Placement.Shard) && mesh.size(axis) > 1) {
                result = cut(type.sizes(), result, axis, mesh).orElse(result);
            }
        }
        return result;
    }

    private static Optional<Layout> cut(List<Long> sizes, Layout layout, int axis, Mesh mesh) {
        for (int dimension = 0; dimension < sizes.size(); dimension++) {
            Layout cut = layout.with(axis, Placement.shard(dimension));
            if (refines(cut, layout, mesh) && cut.divides(sizes, mesh)) {
                return Optional.of(cut);
            }
        }
        return Optional.empty();
    }

    /**
     * Whether every device's part under one layout is a slice of its part under another: it cuts all that the other cuts, and what it cuts
     * beside lies inside.
     */
    public static boolean refines(Layout finer, Layout coarser, Mesh mesh) {
        for (int axis = 0; axis < mesh.rank(); axis++) {
            if (mesh.size(axis) == 1 || finer.on(axis).equals(coarser.on(axis))) {
                continue;
            }
            boolean cuts = coarser.on(axis).equals(Placement.REPLICATED)
                    && finer.on(axis) instanceof Placement.Shard shard
                    && isInnermost(axis, coarser.axesOf(shard.dimension()), mesh);
            if (!cuts) {
                return false;
            }
        }
        return true;
    }

    private static boolean isInnermost(int axis, List<Integer> others, Mesh mesh) {
        return others.stream().allMatch(other -> other < axis || mesh.size(other) == 1);
    }
}
