package dev.ashlar.processor.solve;

import java.util.List;

/** Why no labelling within the budget is faster than a bound: a tree whose leaves cover all labellings. */
public sealed interface Proof {
    /** The least of its leaves' bounds, in 2^-20 ns. */
    long bound();

    /**
     * Cases by the label of one variable; together they hold all its labels.
     *
     * @param variable of the problem
     * @param cases at least one
     */
    record Split(int variable, List<Case> cases) implements Proof {
        /** Copies its list. */
        public Split {
            cases = List.copyOf(cases);
        }

        @Override
        public long bound() {
            return cases.stream().mapToLong(c -> c.proof().bound()).min().orElse(0);
        }
    }

    /**
     * One case of a split.
     *
     * @param labels of the variable
     * @param proof for labellings that have one of them
     */
    record Case(List<Integer> labels, Proof proof) {
        /** Copies its list. */
        public Case {
            labels = List.copyOf(labels);
        }
    }

    /**
     * Labels with which no priced sum is below the limit are left out of the rest of the proof.
     *
     * @param prices at which every labelling with another label takes at least the limit
     * @param limit on the time, in 2^-20 ns
     * @param rest proof for labellings of what is left
     */
    record Narrow(Prices prices, long limit, Proof rest) implements Proof {
        @Override
        public long bound() {
            return Math.min(limit, rest.bound());
        }
    }

    /**
     * Labels with which no priced sum of memory alone is within the budget are left out of the rest of the proof.
     *
     * @param prices at which the budget costs less than any labelling with another label needs
     * @param rest proof for labellings of what is left
     */
    record Fit(Prices prices, Proof rest) implements Proof {
        @Override
        public long bound() {
            return rest.bound();
        }
    }

    /** {@code L(prices)} under the restrictions of the leaf is at least the bound. */
    record Dual(Prices prices, long bound) implements Proof {}

    /** A search with these prices under the restrictions of the leaf finds no labelling within the budget below the bound. */
    record Search(Prices prices, long bound) implements Proof {}

    /**
     * A search among labellings that keep the budget at priced points, and whose directions with an even share take what that share says, finds
     * none below the bound.
     *
     * @param raises what blocks come to at least, one after the other, before the search
     */
    record Relaxed(Prices prices, List<Raise> raises, long bound) implements Proof {
        /** Copies its list. */
        public Relaxed {
            raises = List.copyOf(raises);
        }
    }

    /**
     * What a listing of blocks tells of them.
     *
     * @param block those that are the same object as this one of the chain, all at once
     * @param most priced sum of the whole chain up to which ways to label one of them are listed
     */
    record Raise(int block, long most) {}
}
