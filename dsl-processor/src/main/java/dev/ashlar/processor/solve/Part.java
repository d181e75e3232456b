package dev.ashlar.processor.solve;

import java.util.BitSet;

/**
 * The problem or what is left of it in one case of a proof.
 *
 * @param seen labellings met so far
 * @param start prices to begin with
 * @param reduction from the problem that this is a part of
 */
record Part(Chain chain, Incumbent incumbent, Labellings seen, Prices start, Reduction reduction) {
    /** What some labels leave; prices are those of this part. */
    Part reduced(BitSet[] allowed, Prices prices) {
        Reduction smaller = Reduction.of(problem(), allowed);
        return new Part(
                chain.narrowed(smaller.problem()),
                incumbent.reduced(smaller),
                seen.reduced(smaller),
                smaller.reduced(prices),
                smaller);
    }

    /** The same with other prices to begin with. */
    Part startingAt(Prices prices) {
        return new Part(chain, incumbent, seen, prices, reduction);
    }

    Problem problem() {
        return chain.problem();
    }
}
