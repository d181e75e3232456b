package dev.ashlar.processor.joint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Memory of a piece that one kernel, move or arrival takes, and the readings that keep it. */
final class Storage {
    private final Size size;
    private final int birth;
    private final boolean fresh;
    private final boolean backward;
    private final List<Reading> readings = new ArrayList<>();

    /**
     * A reading.
     *
     * @param time the point at whose end it may go
     * @param when all of these hold
     */
    record Reading(int time, List<Condition> when) {}

    /** Something that is chosen. */
    sealed interface Condition {
        /** Whether a copy is really made. */
        record Moved(Marker marker, boolean moved) implements Condition {}

        /** Whether a unit has one of some labels. */
        record Fated(Unit unit, Set<Integer> labels) implements Condition {
            /** Copies the set. */
            public Fated {
                labels = Set.copyOf(labels);
            }
        }
    }

    /**
     * @param birth the point that makes it; it is alive behind that
     * @param backward whether it comes into being in backward
     * @param fresh whether the piece's own kernels made it, so that it may be overwritten
     */
    Storage(Size size, int birth, boolean fresh, boolean backward) {
        this.backward = backward;
        this.size = size;
        this.birth = birth;
        this.fresh = fresh;
    }

    Size size() {
        return size;
    }

    int birth() {
        return birth;
    }

    boolean fresh() {
        return fresh;
    }

    /** Whether it comes into being in backward. */
    boolean backward() {
        return backward;
    }

    void read(int time, List<Condition> when) {
        readings.add(new Reading(time, List.copyOf(when)));
    }

    List<Reading> readings() {
        return readings;
    }

    /** Whether any choice keeps it behind a point. */
    boolean mayLiveBehind(int point) {
        return readings.stream().anyMatch(r -> r.time() > point);
    }
}
