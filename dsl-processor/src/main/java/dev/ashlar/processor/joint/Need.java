package dev.ashlar.processor.joint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * When backward needs a unit.
 *
 * @param first the first call that it is there for; -1 if it is not needed
 * @param lasts for each of its results the last reading; -1 for what is not read
 */
record Need(int first, List<Integer> lasts) {
    /** Copies the list. */
    Need {
        lasts = List.copyOf(lasts);
    }

    /**
     * When one reader needs a unit.
     *
     * @param first the first call that it is there for; -1 if the reader does not need it
     * @param last the last reading
     */
    record Interval(int first, int last) {
        static final Interval NEVER = new Interval(-1, -1);
    }

    static Need none(int results) {
        return new Need(-1, Collections.nCopies(results, -1));
    }

    boolean isNone() {
        return first < 0;
    }

    /** With one reader more, of some results. */
    Need with(Interval reader, Set<Integer> results) {
        if (reader.first() < 0) {
            return this;
        }
        List<Integer> later = new ArrayList<>(lasts);
        results.forEach(r -> later.set(r, Math.max(later.get(r), reader.last())));
        return new Need(isNone() ? reader.first() : Math.min(first, reader.first()), later);
    }
}
