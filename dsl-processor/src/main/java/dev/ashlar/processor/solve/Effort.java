package dev.ashlar.processor.solve;

/**
 * When the solver stops; counts, never clocks.
 *
 * @param gap relative distance of time and bound that is close enough; 0 asks for the optimum
 * @param options partial ones of one block that one search tries
 * @param suffixes of the chain that one search tries
 * @param branches nested splits by boundary labels
 */
public record Effort(double gap, int options, int suffixes, int branches) {
    /** Asks for the optimum. */
    public static final Effort EXACT = of(0);

    /** Close enough within this gap. */
    public static Effort of(double gap) {
        return new Effort(gap, 1_000_000, 2_000_000, 2);
    }

    /** The same without label search: bounds by prices and branching alone. */
    Effort withoutSearch() {
        return new Effort(gap, options, 0, branches);
    }
}
