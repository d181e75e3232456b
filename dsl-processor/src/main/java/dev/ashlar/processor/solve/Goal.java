package dev.ashlar.processor.solve;

/**
 * What is minimised.
 *
 * @param timed the time within the budget; else the peak, where times count as zero
 * @param budget memory of a device; of no meaning where the peak is minimised
 */
record Goal(boolean timed, long budget) {
    static Goal time(long budget) {
        return new Goal(true, budget);
    }

    static Goal peak() {
        return new Goal(false, 0);
    }
}
