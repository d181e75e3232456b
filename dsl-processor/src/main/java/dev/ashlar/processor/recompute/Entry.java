package dev.ashlar.processor.recompute;

import java.util.ArrayList;
import java.util.List;

/**
 * One place on a piece's menu and what it comes to.
 *
 * @param label its place on the menu
 * @param seconds to compute again what is dropped
 * @param kept bytes that the piece leaves for backward
 * @param forward most bytes within its forward, less what earlier pieces keep
 * @param backward most bytes within its backward, less what earlier pieces keep
 */
record Entry(int label, double seconds, long kept, long forward, long backward) {
    private boolean isNoBetterThan(Entry other) {
        return seconds >= other.seconds && kept >= other.kept && forward >= other.forward && backward >= other.backward;
    }

    Entry withBackward(long other) {
        return new Entry(label, seconds, kept, forward, other);
    }

    /** Those that no other is as good as in every way; of equals the first. */
    static List<Entry> best(List<Entry> entries) {
        List<Entry> best = new ArrayList<>();
        for (Entry entry : entries) {
            if (best.stream().noneMatch(entry::isNoBetterThan)) {
                best.removeIf(b -> b.isNoBetterThan(entry));
                best.add(entry);
            }
        }
        return List.copyOf(best);
    }
}
