package dev.ashlar.runtime.dist;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What one rank has sent, by the place in the program. Belongs to the thread that uses the mesh. */
public final class Traffic {
    /**
     * A place that sends.
     *
     * @param at what it is for: {@code "body[0].ln1 -> up"}, or the operator that reduces inside
     * @param axis of the mesh
     */
    public record Place(String at, int axis, CollectiveKind kind) {}

    /**
     * What a place has sent.
     *
     * @param calls how often
     * @param wireBytes what this rank sent around the ring
     */
    public record Amount(long calls, long wireBytes) {
        private Amount plus(Amount other) {
            return new Amount(calls + other.calls, wireBytes + other.wireBytes);
        }

        private Amount minus(Amount other) {
            return new Amount(calls - other.calls, wireBytes - other.wireBytes);
        }
    }

    private final Map<Place, Amount> amounts = new LinkedHashMap<>();

    void add(Place place, long wireBytes) {
        amounts.merge(place, new Amount(1, wireBytes), Amount::plus);
    }

    /** What is sent while a body runs; it counts. */
    public Map<Place, Amount> during(Runnable body) {
        Map<Place, Amount> before = amounts();
        body.run();
        Map<Place, Amount> sent = new LinkedHashMap<>();
        amounts.forEach((place, amount) -> {
            Amount added = amount.minus(before.getOrDefault(place, new Amount(0, 0)));
            if (added.calls() > 0) {
                sent.put(place, added);
            }
        });
        return sent;
    }

    /** Counts what was sent once more in the same way. */
    public void again(Map<Place, Amount> sent) {
        sent.forEach((place, amount) -> amounts.merge(place, amount, Amount::plus));
    }

    /** By place, in order of the first use. */
    public Map<Place, Amount> amounts() {
        return new LinkedHashMap<>(amounts);
    }

    /** By mesh axis. */
    public Map<Integer, Long> wireBytesByAxis() {
        Map<Integer, Long> bytes = new TreeMap<>();
        amounts.forEach((place, amount) -> bytes.merge(place.axis(), amount.wireBytes(), Long::sum));
        return bytes;
    }

    /** Starts anew. */
    public void clear() {
        amounts.clear();
    }
}
