package dev.ashlar.processor.solve;

import java.util.Optional;

/** What may still be done before a solver has to stop: counted, for clocks differ from run to run. */
final class Work {
    /** Comparisons that take as long as one partial labelling. */
    static final int COMPARISONS = 32;

    /** Additions of table entries that take as long as one partial labelling. */
    static final int ADDITIONS = 128;

    private final Optional<Work> whole;
    private long left;

    /**
     * @param units partial labellings
     */
    Work(long units) {
        this(units, Optional.empty());
    }

    private Work(long units, Optional<Work> whole) {
        left = units;
        this.whole = whole;
    }

    /** A part with a limit of its own; what it takes is taken from the whole too. */
    Work part(long units) {
        return new Work(units, Optional.of(this));
    }

    void spend(long units) {
        left -= units;
        whole.ifPresent(w -> w.spend(units));
    }

    /** Whether nothing is left, here or of the whole. */
    boolean isSpent() {
        return left < 0 || whole.filter(Work::isSpent).isPresent();
    }
}
