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
record Option(long time, long fixed, long kept, long gradient, long forward, long backward, int[] labels)
        implements Front.Vector {
    /** Amounts that count: all but the labels. */
    static final int QUANTITIES = 6;

    /** The peak where there is no point. */
    static final long NONE = -1;

    /**
     * What labels by node come to; none of their entries is forbidden.
     *
     * @param timed whether times count
     */
    static Option of(Problem problem, Block block, int[] labels, boolean timed) {
        long[] sums = Evaluation.amounts(block, labels);
        long forward = NONE;
        long backward = NONE;
        for (int p = 0; p < block.points(); p++) {
            long live = sums[Quantity.ofPoint(p)];
            if (p < block.forwardPoints()) {
                forward = Math.max(forward, live);
            } else {
                backward = Math.max(backward, live);
            }
        }
        return new Option(
                timed ? Evaluation.time(problem, sums) : 0,
                sums[Quantity.STATIC.ordinal()],
                sums[Quantity.KEPT.ordinal()],
                sums[Quantity.GRADIENT.ordinal()],
                forward,
                backward,
                labels.clone());
    }

    boolean dominates(Option other) {
        return time <= other.time
                && fixed <= other.fixed
                && kept <= other.kept
                && gradient <= other.gradient
                && forward <= other.forward
                && backward <= other.backward;
    }

    @Override
    public long at(int quantity) {
        return switch (quantity) {
            case 0 -> time;
            case 1 -> fixed;
            case 2 -> kept;
            case 3 -> gradient;
            case 4 -> forward;
            default -> backward;
        };
    }
}
