package dev.ashlar.runtime.calibrate;

/**
 * What one operator was seen to take in one direction.
 *
 * @param seconds time
 * @param share of the roofline's time in that
 * @param workspace memory beside the results, times the bytes of the operator's inputs and outputs together
 */
record Measured(double seconds, double share, double workspace) {
    /** Nothing runs in that direction. */
    static final Measured NOTHING = new Measured(0, 1, 0);
}
