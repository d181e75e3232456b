package dev.ashlar.processor.solve;

/** Layouts on a mesh of two axes and what changing them costs, for {@link SyntheticGpt}. */
final class SyntheticMesh {
    private static final double[] LATENCY = {20e-6, 6e-6};

    private final int[] mesh;
    private final double[] bandwidths;

    /**
     * @param mesh devices along both axes
     * @param bandwidths bytes a second of both axes
     */
    SyntheticMesh(int[] mesh, double[] bandwidths) {
        this.mesh = mesh;
        this.bandwidths = bandwidths;
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
    }

    record Layout(Placement outer, Placement inner) {
        Layout whole() {
            return new Layout(outer.whole(), inner.whole());
        }

        boolean partial() {
            return outer == Placement.PARTIAL || inner == Placement.PARTIAL;
        }
    }

    /** The cheaper order of changing both axes. */
    double move(Layout from, Layout to, double bytes) {
        Layout innerFirst = new Layout(from.outer(), to.inner());
        Layout outerFirst = new Layout(to.outer(), from.inner());
        return Math.min(
                move(1, from.inner(), to.inner(), local(from, bytes))
                        + move(0, from.outer(), to.outer(), local(innerFirst, bytes)),
                move(0, from.outer(), to.outer(), local(from, bytes))
                        + move(1, from.inner(), to.inner(), local(outerFirst, bytes)));
    }

    private double move(int axis, Placement from, Placement to, double local) {
        if (from == to || mesh[axis] == 1 && to != Placement.PARTIAL) {
            return 0;
        }
        if (to == Placement.PARTIAL) {
            return Double.POSITIVE_INFINITY;
        }
        if (from == Placement.REPLICATED) {
            return 0;
        }
        if (from == Placement.PARTIAL) {
            return (to == Placement.REPLICATED ? 2 : 1) * gather(axis, local);
        }
        double moved = to == Placement.REPLICATED ? local : local / mesh[axis];
        return (mesh[axis] - 1) * (LATENCY[axis] + moved / bandwidths[axis]);
    }

    double gather(int axis, double full) {
        int n = mesh[axis];
        return n == 1 ? 0 : (n - 1) * LATENCY[axis] + full * (n - 1) / n / bandwidths[axis];
    }

    double gather(boolean outer, boolean inner, double full) {
        double seconds = inner ? gather(1, full) : 0;
        return seconds + (outer ? gather(0, inner ? full / mesh[1] : full) : 0);
    }

    double local(Layout layout, double bytes) {
        double local = layout.outer().shards() ? bytes / mesh[0] : bytes;
        return layout.inner().shards() ? local / mesh[1] : local;
    }
}
