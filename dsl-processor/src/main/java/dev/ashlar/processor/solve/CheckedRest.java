package dev.ashlar.processor.solve;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What all that is not in some sums comes to at least, by joint label of the nodes around them, where that is below a limit at every choice of
 * prices. These are few of all joint labels, and there are many choices.
 *
 * @param scope the nodes around, ascending; not to be written
 * @param size how many joint labels they have
 * @param keys joint labels with which all is below the limit, ascending; not to be written
 * @param values by choice of prices, then key
 */
record CheckedRest(int[] scope, int size, int[] keys, List<long[]> values) {
    CheckedRest {
        values = List.copyOf(values);
    }

    /** @param values by joint label */
    static CheckedRest of(int[] scope, long[] values, long limit) {
        int[] keys =
                IntStream.range(0, values.length).filter(k -> values[k] < limit).toArray();
        return new CheckedRest(scope, values.length, keys, List.of(picked(values, keys)));
    }

    /**
     * The same at one more choice of prices.
     *
     * @param more by joint label
     */
    CheckedRest and(long[] more, long limit) {
        int[] places = IntStream.range(0, keys.length)
                .filter(i -> more[keys[i]] < limit)
                .toArray();
        int[] fewer = picked(keys, places);
        return new CheckedRest(
                scope,
                size,
                fewer,
                Stream.concat(values.stream().map(v -> picked(v, places)), Stream.of(picked(more, fewer)))
                        .toList());
    }

    /** What is left below a limit for one of the keys, by choice of prices. */
    long[] left(long limit, int place) {
        return values.stream().mapToLong(v -> limit - v[place]).toArray();
    }

    private static long[] picked(long[] values, int[] places) {
        return IntStream.of(places).mapToLong(k -> values[k]).toArray();
    }

    private static int[] picked(int[] values, int[] places) {
        return IntStream.of(places).map(k -> values[k]).toArray();
    }
}
