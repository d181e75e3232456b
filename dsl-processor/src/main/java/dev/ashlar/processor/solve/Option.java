package dev.ashlar.processor.solve;

/**
 * One way to label a block between given boundary labels.
 *
 * @param time 2^-20 ns; 0 where the peak is minimised
 * @param fixed memory throughout
 * @param kept memory until its backward
 * @param gradient memory from its backward on
 * @param forward the most live at its forward points, {@link #NONE} without any
 * @param backward the most live at its backward points, {@link #NONE} without any
 * @param labels by node of the block
 */
record Option(long time, long fixed, long kept, long gradient, long forward, long backward, int[] labels) {
    /** The peak where there is no point. */
    static final long NONE = -1;

    boolean dominates(Option other) {
        return time <= other.time
                && fixed <= other.fixed
                && kept <= other.kept
                && gradient <= other.gradient
                && forward <= other.forward
                && backward <= other.backward;
    }
}
