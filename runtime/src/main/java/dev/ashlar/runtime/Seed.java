package dev.ashlar.runtime;

/**
 * The one number that all randomness of a run follows from: initial parameters, dropout masks, the order of data.
 *
 * @param value any number
 */
public record Seed(long value) {
    /** The seed of this value. */
    public static Seed of(long value) {
        return new Seed(value);
    }

    /** A 64-bit number that depends on every bit of this seed and of {@code part}: the finalizer of SplitMix64. */
    public long mix(long part) {
        long z = value + 0x9E3779B97F4A7C15L * (part + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
