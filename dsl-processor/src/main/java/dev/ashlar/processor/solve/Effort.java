package dev.ashlar.processor.solve;

/**
 * When the solver stops; counts, never clocks.
 *
 * @param gap relative distance of time and bound that is close enough; 0 asks for the optimum
 * @param options partial ones of one block that one search tries
 * @param suffixes of the chain that one search without a beam tries
 * @param branches nested splits by boundary labels
 */
public record Effort(double gap, int options, int suffixes, int branches) {
    /** Asks for the optimum. */
    public static final Effort EXACT = of(0);

    /** Close enough within this gap. */
    public static Effort of(double gap) {
        return new Effort(gap, 2_000_000, 3_000_000, 2);
    }

    /** The same with a fraction of the label search, in the end without any: bounds by prices and branching alone. */
    Effort withLessSearch() {
        return new Effort(gap, options, suffixes < 1000 ? 0 : suffixes / 16, branches);
    }
}
