package dev.ashlar.runtime.engine;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * In which order a tensor's dimensions lie in memory, slowest first. What ranks make of a tensor keeps it: a view that was one of the
 * tensor is one of the result.
 */
final class MemoryOrder {
    private final long[] slowestFirst;
    private final boolean logical;

    private MemoryOrder(long[] slowestFirst) {
        this.slowestFirst = slowestFirst;
        logical = IntStream.range(0, slowestFirst.length).allMatch(d -> slowestFirst[d] == d);
    }

    static MemoryOrder of(Tensor x) {
        int dims = Math.toIntExact(x.dim());
        if (x.is_contiguous()) {
            return new MemoryOrder(IntStream.range(0, dims).mapToLong(d -> d).toArray());
        }
        return new MemoryOrder(IntStream.range(0, dims)
                .boxed()
                .sorted(Comparator.comparing((Integer d) -> -x.stride(d)))
                .mapToLong(d -> d)
                .toArray());
    }

    /** Where a dimension is in memory. */
    int place(int dim) {
        return IntStream.range(0, slowestFirst.length)
                .filter(p -> slowestFirst[p] == dim)
                .findFirst()
                .orElseThrow();
    }

    /** Another handle, with the dimensions as in memory. */
    Tensor inMemory(Tensor x) {
        return logical ? new Tensor(x) : x.permute(slowestFirst);
    }

    /** The tensor with its own dimensions; takes one that has them as in memory. */
    Tensor named(Tensor inMemory) {
        if (logical) {
            return inMemory;
        }
        long[] places = new long[slowestFirst.length];
        for (int p = 0; p < places.length; p++) {
            places[(int) slowestFirst[p]] = p;
        }
        try (inMemory) {
            return inMemory.permute(places);
        }
    }
}
