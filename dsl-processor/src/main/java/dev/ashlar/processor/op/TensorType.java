package dev.ashlar.processor.op;

import java.util.List;
import java.util.stream.Collectors;

/** Shape and element type of a tensor; no dimensions for a scalar. */
public record TensorType(List<Dim> dims, Element element) {
    /** Copies the list. */
    public TensorType {
        dims = List.copyOf(dims);
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.size();
    }

    /** Size of a dimension, counted from the end if negative. */
    public long size(int dimension) {
        return dims.get(dimension < 0 ? dims.size() + dimension : dimension).size();
    }

    /** Number of elements. */
    public long elements() {
        return dims.stream().mapToLong(Dim::size).reduce(1, Math::multiplyExact);
    }

    /** The sizes alone. */
    public List<Long> sizes() {
        return dims.stream().map(Dim::size).toList();
    }

    /** The same shape with another element type. */
    public TensorType as(Element other) {
        return new TensorType(dims, other);
    }

    /** {@code "[batch=16, seq=1024, d=768]"}. */
    @Override
    public String toString() {
        return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
