package dev.ashlar.processor.device;

import java.util.ArrayList;
import java.util.List;

/**
 * Times that were measured at some sizes, as a function of any size that never falls.
 *
 * <p>A time that is less than that of a smaller size is noise and is raised to it. Between two sizes time is linear, as it is where there is a
 * latency and a rate. What is smaller than all takes as long as the smallest; what is larger than all takes as long per unit as the largest.
 */
public final class MeasuredTimes {
    private final List<Long> sizes;
    private final List<Double> seconds;

    /**
     * Times of sizes.
     *
     * @param sizes positive and ascending, at least one
     * @param seconds positive, one for each size
     */
    public MeasuredTimes(List<Long> sizes, List<Double> seconds) {
        this.sizes = List.copyOf(sizes);
        this.seconds = rising(seconds);
        boolean ascending = !sizes.isEmpty() && sizes.get(0) > 0;
        for (int i = 1; i < sizes.size(); i++) {
            ascending &= sizes.get(i) > sizes.get(i - 1);
        }
        if (!ascending || sizes.size() != seconds.size() || !(seconds.get(0) > 0)) {
            throw new IllegalArgumentException("measured times need ascending sizes with one positive time each");
        }
    }

    private static List<Double> rising(List<Double> seconds) {
        List<Double> rising = new ArrayList<>();
        double highest = 0;
        for (double time : seconds) {
            highest = Math.max(highest, time);
            rising.add(highest);
        }
        return List.copyOf(rising);
    }

    /** Time of a size. */
    public double seconds(long size) {
        int above = 0;
        while (above < sizes.size() && sizes.get(above) < size) {
            above++;
        }
        if (above == sizes.size()) {
            return seconds.get(above - 1) * ((double) size / sizes.get(above - 1));
        }
        if (above == 0 || sizes.get(above) == size) {
            return seconds.get(above);
        }
        double low = seconds.get(above - 1);
        double high = seconds.get(above);
        double share = (double) (size - sizes.get(above - 1)) / (sizes.get(above) - sizes.get(above - 1));
        double time = low + share * (high - low);
        return Math.min(Math.max(time, low), high); // rounding must not break the order
    }
}
