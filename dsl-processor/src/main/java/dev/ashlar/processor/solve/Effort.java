package dev.ashlar.processor.solve;

/**
 * When the solver stops; counts, never clocks. A partial labelling counts as one, and so do 32 comparisons of two.
 *
 * @param gap relative distance of time and bound that is close enough; 0 asks for the optimum
 * @param options partial ones of one block that one search tries
 * @param suffixes of the chain that one search without a beam tries
 * @param branches nested splits by boundary labels
 */
public record Effort(double gap, int options, int suffixes, int branches) {
    /** Asks for the optimum. */
    public static final Effort EXACT = new Effort(0, 2_000_000, 3_000_000, 6);

    /** Searches of one solution, all together, in units of one search. */
    private static final int SEARCHES = 12;

    /** How much more a search at priced points may try: there is little to tell apart. */
    private static final int PRICED = 5;

    /** Quick searches that take as long as one that proves something. */
    private static final int POOLS = 2;

    /** Close enough within this gap. */
    public static Effort of(double gap) {
        return new Effort(gap, 500_000, 1_000_000, 2);
    }

    /** The bound that is close enough to a time or a peak. */
    long target(long best) {
        return gap == 0 ? best : (long) Math.ceil(best / (1 + gap));
    }

    /** One search. */
    long search() {
        return (long) options + suffixes;
    }

    /** One search among ways to label blocks that are quickly found. */
    long pool() {
        return search() / POOLS;
    }

    /** Partial options of one block that a search at priced points tries. */
    long pricedOptions() {
        return (long) PRICED * options;
    }

    /** Suffixes of the chain that such a search tries. */
    long pricedSuffixes() {
        return (long) PRICED * suffixes;
    }

    /** All searches of one solution. */
    Work work() {
        return new Work(SEARCHES * search());
    }
}
