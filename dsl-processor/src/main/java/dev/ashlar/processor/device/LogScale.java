package dev.ashlar.processor.device;

import java.util.List;

/** Places of sizes between measured ones, on a logarithmic scale. */
final class LogScale {
    private LogScale() {}

    /** How far a size is on the way from {@code low} to {@code high}: 0 to 1. */
    static double share(long size, long low, long high) {
        return StrictMath.log((double) size / low) / StrictMath.log((double) high / low);
    }

    /**
     * A size among measured ones.
     *
     * @param below index of the largest that is not above it, or 0
     * @param share of the way to the next
     * @param beyond how many times the largest it is, 1 if it is not beyond that
     */
    record Place(int below, double share, double beyond) {}

    /**
     * The place of a size.
     *
     * @param sizes ascending
     */
    static Place place(List<Long> sizes, long size) {
        int last = sizes.size() - 1;
        if (size >= sizes.get(last)) {
            return new Place(last, 0, (double) size / sizes.get(last));
        }
        int below = last;
        while (below > 0 && sizes.get(below) > size) {
            below--;
        }
        return size <= sizes.get(below)
                ? new Place(below, 0, 1)
                : new Place(below, share(size, sizes.get(below), sizes.get(below + 1)), 1);
    }
}
