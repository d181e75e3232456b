package dev.ashlar.processor.solve;

/**
 * When the solver stops; counts, never clocks.
 *
 * @param gap relative distance of time and bound that is close enough; 0 asks for the optimum
 * @param options of one block that are held at once
 * @param labels suffixes of the chain that are held at once
 * @param branches nested splits by boundary labels
 */
public record Effort(double gap, int options, int labels, int branches) {
    /** Asks for the optimum. */
    public static final Effort EXACT = of(0);

    /** Close enough within this gap. */
    public static Effort of(double gap) {
        return new Effort(gap, 200_000, 60_000, 2);
    }
}
