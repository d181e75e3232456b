package dev.ashlar.runtime;

import java.util.Arrays;

/**
 * An array on the Java heap with a shape, row-major. The array is not copied: do not change it while the tensor is in use. Two are
 * equal if type, shape and all elements are.
 */
public final class HostTensor {
    private final DType dtype;
    private final Object data;
    private final long[] shape;

    private HostTensor(DType dtype, Object data, long length, long[] shape) {
        long size = 1;
        for (long extent : shape) {
            if (extent < 0) {
                throw new AshlarException("A tensor of shape " + Arrays.toString(shape)
                        + " has a negative dimension; every dimension must be 0 or more.");
            }
            size = product(size, extent, shape);
        }
        if (size != length) {
            throw new AshlarException("A tensor of shape " + Arrays.toString(shape) + " holds " + size
                    + " elements but the array has " + length + "; give an array of that length or another shape.");
        }
        this.dtype = dtype;
        this.data = data;
        this.shape = shape.clone();
    }

    private static long product(long a, long b, long[] shape) {
        try {
            return Math.multiplyExact(a, b);
        } catch (ArithmeticException e) {
            throw new AshlarException(
                    "A tensor of shape " + Arrays.toString(shape) + " has more elements than a long can count.", e);
        }
    }

    /**
     * A tensor of {@link DType#INT64}.
     *
     * @throws AshlarException if the shape's product is not the array's length
     */
    public static HostTensor of(long[] data, long... shape) {
        return new HostTensor(DType.INT64, data, data.length, shape);
    }

    /**
     * A tensor of {@link DType#FLOAT32}.
     *
     * @throws AshlarException if the shape's product is not the array's length
     */
    public static HostTensor of(float[] data, long... shape) {
        return new HostTensor(DType.FLOAT32, data, data.length, shape);
    }

    /** {@link DType#INT64} or {@link DType#FLOAT32}. */
    public DType dtype() {
        return dtype;
    }

    /** The dimensions; empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    /** The number of elements. */
    public int size() {
        return data instanceof long[] longs ? longs.length : ((float[]) data).length;
    }

    /**
     * The elements of an {@link DType#INT64} tensor, not copied.
     *
     * @throws AshlarException if it holds floats
     */
    public long[] longs() {
        if (data instanceof long[] longs) {
            return longs;
        }
        throw new AshlarException("A tensor of " + dtype + " has no longs; read it with floats().");
    }

    /**
     * The elements of a {@link DType#FLOAT32} tensor, not copied.
     *
     * @throws AshlarException if it holds integers
     */
    public float[] floats() {
        if (data instanceof float[] floats) {
            return floats;
        }
        throw new AshlarException("A tensor of " + dtype + " has no floats; read it with longs().");
    }

    /**
     * A copy of the indices from {@code from} on of one dimension.
     *
     * @throws AshlarException if they are not all there
     */
    public HostTensor narrow(int dimension, long from, long length) {
        if (dimension < 0 || dimension >= shape.length || from < 0 || length < 0 || from + length > shape[dimension]) {
            throw new AshlarException("A tensor of shape " + Arrays.toString(shape) + " has no indices " + from + " to "
                    + (from + length - 1) + " in dimension " + dimension + "; take others.");
        }
        long[] narrow = shape.clone();
        narrow[dimension] = length;
        int inner = 1;
        for (int d = dimension + 1; d < shape.length; d++) {
            inner *= Math.toIntExact(shape[d]);
        }
        int step = Math.toIntExact(shape[dimension]) * inner;
        int run = Math.toIntExact(length) * inner;
        int size = step == 0 ? 0 : size() / step * run;
        Object copy = data instanceof long[] ? new long[size] : new float[size];
        for (int source = Math.toIntExact(from) * inner, target = 0; target < size; source += step, target += run) {
            System.arraycopy(data, source, copy, target, run);
        }
        return new HostTensor(dtype, copy, size, narrow);
    }

    /**
     * A copy of this and behind it another, along the first dimension.
     *
     * @throws AshlarException if they differ in type or in another dimension
     */
    public HostTensor append(HostTensor other) {
        long[] whole = shape.clone();
        long[] rest = other.shape.clone();
        if (whole.length == 0 || rest.length == 0 || dtype != other.dtype) {
            throw new AshlarException(this + " and " + other + " cannot stand one behind the other.");
        }
        whole[0] += rest[0];
        rest[0] = shape[0];
        if (!Arrays.equals(shape, rest)) {
            throw new AshlarException(this + " and " + other + " cannot stand one behind the other.");
        }
        int size = size() + other.size();
        Object copy = data instanceof long[] ? new long[size] : new float[size];
        System.arraycopy(data, 0, copy, 0, size());
        System.arraycopy(other.data, 0, copy, size(), other.size());
        return new HostTensor(dtype, copy, size, whole);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HostTensor that
                && dtype == that.dtype
                && Arrays.equals(shape, that.shape)
                && (data instanceof long[] longs
                        ? Arrays.equals(longs, (long[]) that.data)
                        : Arrays.equals((float[]) data, (float[]) that.data));
    }

    @Override
    public int hashCode() {
        int elements = data instanceof long[] longs ? Arrays.hashCode(longs) : Arrays.hashCode((float[]) data);
        return 31 * Arrays.hashCode(shape) + elements;
    }

    @Override
    public String toString() {
        return dtype + Arrays.toString(shape);
    }
}
