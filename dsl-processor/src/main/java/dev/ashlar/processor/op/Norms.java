package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;

/** What norms have in common. */
final class Norms {
    private Norms() {}

    /** Type of a statistic over the last dimension, which stays with size 1. */
    static TensorType statistic(TensorType x, Element element) {
        List<Dim> dims = new ArrayList<>(x.dims());
        dims.set(dims.size() - 1, Dim.of(1));
        return new TensorType(dims, element);
    }
}
