package dev.ashlar.processor.solve;

/** What an independent look at a solution and its certificate comes to. */
public sealed interface Verdict {
    /**
     * Everything holds.
     *
     * @param time of the labelling, re-derived; 2^-20 ns
     * @param peak of the labelling, re-derived
     * @param lowerBound on the time of every labelling within the budget, re-derived; 2^-20 ns
     */
    record Accepted(long time, long peak, long lowerBound) implements Verdict {
        /** How far the labelling can be from the optimum, as a share of the bound. */
        public double gap() {
            return time == lowerBound ? 0 : (double) (time - lowerBound) / lowerBound;
        }
    }

    /**
     * Something does not: the labelling, its figures or the certificate is wrong.
     *
     * @param reason one sentence
     */
    record Rejected(String reason) implements Verdict {}

    /**
     * Nothing wrong was found, but the certificate asks for a larger search, a larger table or larger numbers than the checker has.
     * It may be right; with less search in it another one for the same labelling can be checked.
     *
     * @param reason one sentence
     */
    record TooLarge(String reason) implements Verdict {}
}
