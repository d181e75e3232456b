package dev.ashlar.processor.op;

import java.util.Optional;

/** A product {@code [m, k] x [k, n]} that one kernel makes, whatever way its factors lie in memory. */
public record MatrixProduct(long m, long n, long k) {
    /** Validates the sizes. */
    public MatrixProduct {
        if (m < 1 || n < 1 || k < 1) {
            throw new IllegalArgumentException("sizes of a product are positive");
        }
    }

    /** A multiplication and an addition for every triple. */
    public long flops() {
        return Math.multiplyExact(2, Math.multiplyExact(m, Math.multiplyExact(n, k)));
    }

    /**
     * The product that makes the gradient of a factor: {@code [m, n] x [n, k]} or {@code [n, m] x [m, k]}. Where both have as many elements
     * m equals n, and they are the same.
     *
     * @param elements of the gradient; empty if no factor has as many
     */
    public Optional<MatrixProduct> gradient(long elements) {
        if (elements == m * k) {
            return Optional.of(new MatrixProduct(m, k, n));
        }
        return elements == n * k ? Optional.of(new MatrixProduct(n, k, m)) : Optional.empty();
    }
}
