package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.List;

/** Layouts on a mesh of any number of axes and what changing them costs, for {@link SyntheticJoint}. */
final class SyntheticLayouts {
    private static final double LATENCY = 8e-6;

    private final int[] mesh;
    private final double[] bandwidths;

    /**
     * @param mesh devices along every axis
     * @param bandwidths bytes a second of every axis
     */
    SyntheticLayouts(int[] mesh, double[] bandwidths) {
        this.mesh = mesh.clone();
        this.bandwidths = bandwidths.clone();
    }

    enum Placement {
        BATCH,
        SEQUENCE,
        HIDDEN,
        REPLICATED,
        PARTIAL;

        boolean shards() {
            return ordinal() <= HIDDEN.ordinal();
        }

        Placement whole() {
            return this == PARTIAL ? REPLICATED : this;
        }

        /** Of the gradient of what a product summed over its columns reads. */
        Placement gradient() {
            return this == REPLICATED ? PARTIAL : this;
        }
    }

    /** By mesh axis. */
    record Layout(List<Placement> axes) {
        Layout whole() {
            return new Layout(axes.stream().map(Placement::whole).toList());
        }

        Layout gradient() {
            return new Layout(axes.stream().map(Placement::gradient).toList());
        }

        boolean partial() {
            return axes.contains(Placement.PARTIAL);
        }
    }

    /** All layouts with one placement of each list. */
    static List<Layout> all(List<List<Placement>> byAxis) {
        List<List<Placement>> found = List.of(List.of());
        for (List<Placement> placements : byAxis) {
            List<List<Placement>> longer = new ArrayList<>();
            for (List<Placement> start : found) {
                for (Placement p : placements) {
                    List<Placement> one = new ArrayList<>(start);
                    one.add(p);
                    longer.add(one);
                }
            }
            found = longer;
        }
        return found.stream().map(Layout::new).toList();
    }

    int axes() {
        return mesh.length;
    }

    int devices(int axis) {
        return mesh[axis];
    }

    /** Seconds; what makes the local part smaller comes first. */
    double move(Layout from, Layout to, double bytes) {
        double seconds = 0;
        double local = local(from, bytes);
        for (boolean smaller : new boolean[] {true, false}) {
            for (int axis = 0; axis < mesh.length; axis++) {
                Placement was = from.axes().get(axis);
                Placement is = to.axes().get(axis);
                if (was != is && is == Placement.PARTIAL) {
                    return Double.POSITIVE_INFINITY;
                }
                if (was != is && smaller == (!was.shards() && is.shards())) {
                    seconds += move(axis, was, is, local);
                    local *= was.shards() && !is.shards() ? mesh[axis] : 1;
                    local /= is.shards() && !was.shards() ? mesh[axis] : 1;
                }
            }
        }
        return seconds;
    }

    private double move(int axis, Placement from, Placement to, double local) {
        if (from == Placement.REPLICATED) {
            return 0;
        }
        if (from == Placement.PARTIAL) {
            return (to == Placement.REPLICATED ? 2 : 1) * gather(axis, local);
        }
        return gather(axis, to == Placement.REPLICATED ? local * mesh[axis] : local);
    }

    /** Seconds of gathering a tensor of {@code full} bytes. */
    double gather(int axis, double full) {
        int n = mesh[axis];
        return (n - 1) * LATENCY + full * (n - 1) / n / bandwidths[axis];
    }

    double local(Layout layout, double bytes) {
        double local = bytes;
        for (int axis = 0; axis < mesh.length; axis++) {
            local /= layout.axes().get(axis).shards() ? mesh[axis] : 1;
        }
        return local;
    }
}
