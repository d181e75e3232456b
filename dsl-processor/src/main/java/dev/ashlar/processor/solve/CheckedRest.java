package dev.ashlar.processor.solve;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What all that is not in some sums comes to at least, by joint label of the nodes around them, where that is below a limit at every choice of
 * prices. These are few of all joint labels, and there are many choices.
 *
 * @param scope the nodes around, ascending; not to be written
 * @param size how many joint labels they have
 * @param places in the table of the sums with which all is below the limit, ascending; not to be written
 * @param keys the joint labels at these places
 * @param values by choice of prices, then key
 */
record CheckedRest(int[] scope, int size, int[] places, int[] keys, List<long[]> values) {
    CheckedRest {
        values = List.copyOf(values);
    }

    /**
     * @param support of the table of the sums
     * @param values by place in it
     */
    static CheckedRest of(CheckedSupport support, long[] values, long limit) {
        int[] places =
                IntStream.range(0, values.length).filter(p -> values[p] < limit).toArray();
        int[] joint = support.packed()
                ? joint(support.allowed())
                : IntStream.range(0, values.length).toArray();
        return new CheckedRest(
                support.scope(), support.size(), places, picked(joint, places), List.of(picked(values, places)));
    }

    private static int[] joint(BitSet allowed) {
        return allowed.stream().toArray();
    }

    /**
     * The same at one more choice of prices.
     *
     * @param more by place
     */
    CheckedRest and(long[] more, long limit) {
        int[] left = IntStream.range(0, places.length)
                .filter(i -> more[places[i]] < limit)
                .toArray();
        int[] fewer = picked(places, left);
        return new CheckedRest(
                scope,
                size,
                fewer,
                picked(keys, left),
                Stream.concat(values.stream().map(v -> picked(v, left)), Stream.of(picked(more, fewer)))
                        .toList());
    }

    /** What is left below a limit for one of the keys, by choice of prices. */
    long[] left(long limit, int key) {
        return values.stream().mapToLong(v -> limit - v[key]).toArray();
    }

    private static long[] picked(long[] values, int[] places) {
        return IntStream.of(places).mapToLong(k -> values[k]).toArray();
    }

    private static int[] picked(int[] values, int[] places) {
        return IntStream.of(places).map(k -> values[k]).toArray();
    }
}
