package dev.ashlar.runtime.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings each rank what others have updated of parameters that all keep whole, beside the pass behind the update: in the order of use, and
 * only a little ahead of it, because what is asked for later would wait for all that was asked for before.
 */
final class Completions {
    /** A copy engine's third of a millisecond, in which a device computes with a few of such parameters. */
    private static final long AHEAD_BYTES = 64L << 20;

    private final Set<Incomplete> due = new LinkedHashSet<>();
    private final Set<Incomplete> ahead = new HashSet<>();
    private @Nullable Collectives collectives;
    private long aheadBytes;

    /** Something that others may have updated parts of. */
    interface Incomplete {
        /** Whether they have, and it has not come yet. */
        boolean isBehind();

        /** Which of all it is in the order of their first use; a large number before it is used. */
        int place();

        /** Bytes of the whole. */
        long bytes();

        /** Starts to bring it. */
        void complete(Collectives by);
    }

    /** To be called on all ranks before a pass, with the same parameters. */
    void begin(Collectives by, Collection<? extends Incomplete> parameters) {
        collectives = by;
        ahead.clear();
        aheadBytes = 0;
        due.clear();
        parameters.stream()
                .filter(Incomplete::isBehind)
                .sorted(Comparator.comparingInt(Incomplete::place))
                .forEach(due::add);
        advance();
    }

    /** Before a parameter is used, it has to be on its way. */
    void require(Incomplete used) {
        while (due.contains(used)) {
            startNext();
        }
    }

    /** A parameter was waited for. */
    void arrived(Incomplete used) {
        if (ahead.remove(used)) {
            aheadBytes -= used.bytes();
            advance();
        }
    }

    private void advance() {
        while (!due.isEmpty() && aheadBytes < AHEAD_BYTES) {
            startNext();
        }
    }

    private void startNext() {
        Incomplete next = due.iterator().next();
        due.remove(next);
        next.complete(Objects.requireNonNull(collectives, "nothing is due before a pass began"));
        ahead.add(next);
        aheadBytes += next.bytes();
    }
}
