package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;

/** What norms have in common. */
final class Norms {
    private Norms() {}

    /** Type of a statistic over the last dimension, which stays with size 1: libtorch keeps it in the input's element type on a CPU. */
    static TensorType statistic(TensorType x) {
        List<Dim> dims = new ArrayList<>(x.dims());
        dims.set(dims.size() - 1, Dim.of(1));
        return new TensorType(dims, x.element());
    }
}
