package dev.ashlar.runtime.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings each rank what others have updated of parameters that all keep whole, beside the pass behind the update: in the order of use, and
 * only a little ahead of it, because what is asked for later would wait for all that was asked for before.
 */
final class Completions {
    /** A copy engine's third of a millisecond, in which a device computes with a few of such parameters. */
    private static final long AHEAD_BYTES = 64L << 20;

    private final Set<Parameter> due = new LinkedHashSet<>();
    private final Set<Parameter> ahead = new HashSet<>();
    private @Nullable Collectives collectives;
    private long aheadBytes;

    /** To be called on all ranks before a pass, with the same parameters. */
    void begin(Collectives by, Collection<Parameter> parameters) {
        collectives = by;
        ahead.clear();
        aheadBytes = 0;
        due.clear();
        parameters.stream()
                .filter(Parameter::isBehind)
                .sorted(Comparator.comparingInt(Parameter::place))
                .forEach(due::add);
        advance();
    }

    /** Before a parameter is used, it has to be on its way. */
    void require(Parameter used) {
        while (due.contains(used)) {
            startNext();
        }
    }

    /** A parameter was waited for. */
    void arrived(Parameter used) {
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
        Collectives by = collectives;
        Parameter next = due.iterator().next();
        due.remove(next);
        if (by != null) {
            next.complete(by);
            ahead.add(next);
            aheadBytes += next.bytes();
        }
    }
}
