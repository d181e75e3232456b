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
        long elements = 1;
        for (Dim dim : dims) {
            elements = Math.multiplyExact(elements, dim.size());
        }
        return elements;
    }

    /** The sizes alone. */
    public List<Long> sizes() {
        Long[] sizes = new Long[dims.size()];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = dims.get(d).size();
        }
        return List.of(sizes);
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
