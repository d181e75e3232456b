package dev.ashlar.processor.solve;

/**
 * Sums of an allowed labelling over the blocks before every cut and behind it, so that what halves of two labellings come to is a few
 * additions: what is static and the gradients behind a cut are in memory at all points before it, what the blocks before it keep at all
 * points behind it.
 */
final class Halves {
    /** The most of no points; small enough that nothing that is added makes it count. */
    private static final long NONE = Long.MIN_VALUE / 4;

    private final long[] time;
    private final long[] fixed;
    private final long[] kept;
    private final long[] gradients;
    /** At forward points of the blocks before a cut, without what is static. */
    private final long[] forward;
    /** At backward points of the blocks before a cut, without what is static; less the gradients up to and with their own block. */
    private final long[] backward;
    /** At points of the blocks behind a cut, without what is static. */
    private final long[] behind;

    private Halves(Problem problem, Evaluation whole) {
        int n = problem.blocks().size();
        time = new long[n + 1];
        fixed = new long[n + 1];
        kept = new long[n + 1];
        gradients = new long[n + 1];
        forward = new long[n + 1];
        backward = new long[n + 1];
        behind = new long[n + 1];
        forward[0] = NONE;
        backward[0] = NONE;
        behind[n] = NONE;
        for (int b = 0; b < n; b++) {
            long[] a = whole.amounts(b);
            time[b + 1] = time[b] + Evaluation.time(problem, a);
            fixed[b + 1] = fixed[b] + a[Quantity.STATIC.ordinal()];
            kept[b + 1] = kept[b] + a[Quantity.KEPT.ordinal()];
            gradients[b + 1] = gradients[b] + a[Quantity.GRADIENT.ordinal()];
            forward[b + 1] = Math.max(forward[b], kept[b] + forward(problem.block(b), a));
            backward[b + 1] = Math.max(backward[b], kept[b] + backward(problem.block(b), a) - gradients[b + 1]);
        }
        for (int b = n - 1; b >= 0; b--) {
            long[] a = whole.amounts(b);
            long later = backward(problem.block(b), a) + gradients[n] - gradients[b + 1];
            behind[b] = Math.max(behind[b + 1], kept[b] + Math.max(forward(problem.block(b), a), later));
        }
    }

    static Halves of(Problem problem, Evaluation allowed) {
        return new Halves(problem, allowed);
    }

    /** The most that a block itself has at its forward points; {@link #NONE} without any. */
    static long forward(Block block, long[] amounts) {
        return most(amounts, 0, block.forwardPoints());
    }

    /** The same of its backward points. */
    static long backward(Block block, long[] amounts) {
        return most(amounts, block.forwardPoints(), block.points());
    }

    private static long most(long[] amounts, int from, int to) {
        long most = NONE;
        for (int p = from; p < to; p++) {
            most = Math.max(most, amounts[Quantity.ofPoint(p)]);
        }
        return most;
    }

    /** Time and peak of two halves. */
    record Sums(long time, long peak) {}

    /** What the blocks of this labelling before a cut and those of another one behind it come to. */
    Sums spliced(Halves tail, int cut) {
        int n = time.length - 1;
        long later = tail.gradients[n] - tail.gradients[cut];
        long front = Math.max(forward[cut], backward[cut] + gradients[cut] + later);
        long back = tail.behind[cut] + kept[cut] - tail.kept[cut];
        long always = fixed[cut] + tail.fixed[n] - tail.fixed[cut];
        return new Sums(time[cut] + tail.time[n] - tail.time[cut], Math.max(0, always + Math.max(front, back)));
    }

    /**
     * The same with a block between the halves.
     *
     * @param amounts of the block between, by quantity
     */
    Sums bridged(Problem problem, Halves tail, int between, long[] amounts) {
        int n = time.length - 1;
        int cut = between + 1;
        long later = tail.gradients[n] - tail.gradients[cut];
        long own = later + amounts[Quantity.GRADIENT.ordinal()];
        long front = Math.max(forward[between], backward[between] + gradients[between] + own);
        Block block = problem.block(between);
        long middle = kept[between] + Math.max(forward(block, amounts), backward(block, amounts) + later);
        long back = tail.behind[cut] + kept[between] + amounts[Quantity.KEPT.ordinal()] - tail.kept[cut];
        long always = fixed[between] + amounts[Quantity.STATIC.ordinal()] + tail.fixed[n] - tail.fixed[cut];
        return new Sums(
                time[between] + Evaluation.time(problem, amounts) + tail.time[n] - tail.time[cut],
                Math.max(0, always + Math.max(middle, Math.max(front, back))));
    }
}
