package dev.ashlar.processor.solve;

/** Products of amounts and prices in 2^-32, and sums that saturate at {@link #INFINITE}. */
final class FixedPoint {
    /** A forbidden choice; also where sums stop: two of it still fit in a long. */
    static final long INFINITE = (1L << 62) - 1;

    private FixedPoint() {}

    /** {@code floor(amount * price / 2^32)}, at most {@link #INFINITE}; both at least 0. */
    static long down(long amount, long price) {
        long high = Math.multiplyHigh(amount, price);
        return high >= 1L << 30 ? INFINITE : Math.min(INFINITE, high << 32 | (amount * price) >>> 32);
    }

    /** {@code ceil(amount * price / 2^32)}, at most {@link #INFINITE}. */
    static long up(long amount, long price) {
        long down = down(amount, price);
        return down < INFINITE && (amount * price & 0xFFFFFFFFL) != 0 ? down + 1 : down;
    }

    /** The sum, at most {@link #INFINITE}; both at most that. */
    static long add(long a, long b) {
        return Math.min(a + b, INFINITE);
    }
}
