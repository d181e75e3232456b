package dev.ashlar.processor.solve;

import java.util.List;

/**
 * Multipliers of a bound; what is not listed is 0 for a point and 1 for a segment.
 *
 * @param points prices of memory
 * @param segments shares of compute
 */
public record Prices(List<PointPrice> points, List<SegmentShare> segments) {
    /** One, in the unit of all prices. */
    public static final long ONE = 1L << 32;

    /** Nothing has a price, all compute counts. */
    public static final Prices FREE = new Prices(List.of(), List.of());

    /** Copies its lists. */
    public Prices {
        points = List.copyOf(points);
        segments = List.copyOf(segments);
    }

    /**
     * λ of a time point.
     *
     * @param block of the chain
     * @param point of the block
     * @param price 2^-32 units of time for one unit of memory, at least 0
     */
    public record PointPrice(int block, int point, long price) {}

    /**
     * μ of a block's direction: how much of its time is compute rather than asynchronous communication.
     *
     * @param block of the chain
     * @param backward or forward
     * @param share in 2^-32, from 0 to 2^32
     */
    public record SegmentShare(int block, boolean backward, long share) {}

    /** Whether a search with this share counts a direction by the sum of compute and communication at their shares: those are even. */
    static boolean isSum(long share) {
        return (share & 1) == 0;
    }

    /** The share nearest to one by which a search counts a direction by a sum. */
    static long sum(long share) {
        return share & ~1L;
    }

    /** The share nearest to one by which a search counts a direction as it is. */
    static long whole(long share) {
        return share == ONE ? ONE - 1 : share | 1;
    }
}
