package dev.ashlar.processor.plan;

import java.util.List;

/**
 * How good a plan is among all that its model allows, in all forms of the step; on a large mesh the time is looked for in two forms alone where a
 * plan of them fits.
 *
 * @param smallestFeasibleBytes the least memory of the device for which a plan was found, in any form and whatever the memory is: with as much a
 *     model compiles, with less it does not
 * @param provedSmallestBytes no plan needs less; that much if it is proved that none needs less than was found
 * @param lowerBoundSeconds no plan within the memory is faster
 * @param gap how far the plan can be from the optimum, as a share of the bound
 * @param kind what proves the bound: {@code "only plan"}, {@code "nothing recomputed"}, {@code "dual"}, {@code "search"}, {@code "split"}
 * @param prices of memory at times, on which the proof rests
 * @param tradeoffs from the smallest memory to the one that keeps everything, on a large mesh of the plain form, the chosen one and the smallest
 *     alone; none if no plan fits
 */
public record Evidence(
        long smallestFeasibleBytes,
        long provedSmallestBytes,
        double lowerBoundSeconds,
        double gap,
        String kind,
        int prices,
        List<Tradeoff> tradeoffs) {
    /** Copies its list. */
    public Evidence {
        tradeoffs = List.copyOf(tradeoffs);
    }

    /** Whether it is proved that no plan needs less than the smallest that was found. */
    boolean isSmallestProved() {
        return provedSmallestBytes >= smallestFeasibleBytes;
    }

    /** Nothing could be chosen. */
    static Evidence onlyPlan(long deviceBytes, double seconds) {
        return new Evidence(
                deviceBytes, deviceBytes, seconds, 0, "only plan", 0, List.of(new Tradeoff(deviceBytes, seconds, 0)));
    }
}
