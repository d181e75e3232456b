package dev.ashlar.processor.joint;

import java.util.List;

/**
 * What becomes of a unit behind forward.
 *
 * @param mode whether backward finds it, makes it again, or finds it in what it is a copy of
 * @param first the call of backward before which it is made again, or, of a copy that is not made, the first that reads it; -1 if it is
 *     kept or nothing reads it
 * @param lasts for each of its results when backward reads it for the last time; -1 for what it does not read
 */
record Fate(Mode mode, int first, List<Integer> lasts) {
    /** How backward gets at it. */
    enum Mode {
        /** A copy in the layout of its source, which is not made. */
        PASSED,
        /** There until its last reading; gone behind forward where there is none. */
        KEPT,
        /** Made again before its first reading. */
        AGAIN
    }

    /** Copies the list. */
    Fate {
        lasts = List.copyOf(lasts);
    }

    boolean isAgain() {
        return mode == Mode.AGAIN;
    }

    /** When backward reads any of it for the last time; -1 if it does not. */
    int last() {
        return lasts.stream().mapToInt(Integer::intValue).max().orElse(-1);
    }
}
