package dev.ashlar.processor.device;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What joins devices.
 *
 * @param name as in {@code @Plan(links = …)}
 * @param alphaSeconds time of a collective of no bytes
 * @param bytesPerSecond what one device sends
 * @param measured times of collectives that were measured, by devices of the group; a table's sizes are the bytes that one device sends
 */
public record Link(
        String name,
        double alphaSeconds,
        double bytesPerSecond,
        Map<Collective, SortedMap<Integer, MeasuredTimes>> measured) {
    /** Validates the rates and copies the tables. */
    public Link {
        if (!(alphaSeconds >= 0) || !(bytesPerSecond > 0)) {
            throw new IllegalArgumentException("link " + name + " needs alpha >= 0 and a positive bandwidth");
        }
        EnumMap<Collective, SortedMap<Integer, MeasuredTimes>> tables = new EnumMap<>(Collective.class);
        measured.forEach((kind, bySize) -> tables.put(kind, Collections.unmodifiableSortedMap(new TreeMap<>(bySize))));
        measured = Collections.unmodifiableMap(tables);
    }

    /** A link of which only the rates are known. */
    public Link(String name, double alphaSeconds, double bytesPerSecond) {
        this(name, alphaSeconds, bytesPerSecond, Map.of());
    }

    /**
     * Time of a collective: from the table of its kind for the group size nearest on a logarithmic scale, the smaller of two equally near,
     * read where one device sends as many bytes; α + β·bytes if its kind was not measured.
     *
     * @param size devices of the group, at least 2
     * @param wireBytes what one device sends
     */
    public double seconds(Collective kind, int size, long wireBytes) {
        return nearest(measured.getOrDefault(kind, Collections.emptySortedMap()), size)
                .map(table -> table.seconds(wireBytes))
                .orElseGet(() -> alphaSeconds + wireBytes / bytesPerSecond);
    }

    private static Optional<MeasuredTimes> nearest(SortedMap<Integer, MeasuredTimes> bySize, int size) {
        Optional<Map.Entry<Integer, MeasuredTimes>> best = Optional.empty();
        for (Map.Entry<Integer, MeasuredTimes> entry : bySize.entrySet()) {
            if (best.isEmpty() || isNearer(entry.getKey(), best.get().getKey(), size)) {
                best = Optional.of(entry);
            }
        }
        return best.map(Map.Entry::getValue);
    }

    /** Whether max/min of {@code candidate} and {@code size} is less than that of {@code known} and {@code size}, in whole numbers. */
    private static boolean isNearer(long candidate, long known, long size) {
        return Math.max(candidate, size) * Math.min(known, size) < Math.max(known, size) * Math.min(candidate, size);
    }
}
