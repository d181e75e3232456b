package dev.ashlar.processor.op;

/**
 * One dimension of a tensor.
 *
 * @param name what the user calls it: a name, an expression such as {@code "4*d"}, or empty; never compared
 * @param size number of elements, positive
 */
public record Dim(String name, long size) {
    /** Validates the size. */
    public Dim {
        if (size <= 0) {
            throw new IllegalArgumentException("dimension " + name + " of size " + size);
        }
    }

    /** A dimension without a name. */
    public static Dim of(long size) {
        return new Dim("", size);
    }

    /** {@code "d=768"}, or {@code "768"} without a name of its own. */
    @Override
    public String toString() {
        return name.isEmpty() || name.equals(Long.toString(size)) ? Long.toString(size) : name + "=" + size;
    }
}
