package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Of several things those that no other is at most in everything. */
final class Front {
    /** Amounts of which a digest has an idea. */
    private static final int FIELDS = 8;

    private static final int FIELD_BITS = 8;
    /** The highest bit of every field, which no amount has: it is left where what is taken off a field is not larger. */
    private static final long ABOVE = 0x8080808080808080L;

    private Front() {}

    /** Something that comes to several amounts. */
    interface Vector {
        long at(int quantity);
    }

    /**
     * The first among equals; in ascending order of the amounts.
     *
     * @param quantities how many amounts there are
     * @param compared is told how many pairs were compared one by one
     */
    static <T extends Vector> List<T> of(List<T> all, int quantities, LongConsumer compared) {
        if (all.size() < 2) {
            return new ArrayList<>(all);
        }
        int[] different = IntStream.range(0, quantities)
                .filter(q -> all.stream().anyMatch(v -> v.at(q) != all.get(0).at(q)))
                .toArray();
        List<Row<T>> sorted = new ArrayList<>(all.size());
        for (T v : all) {
            sorted.add(Row.of(v, different));
        }
        sorted.sort((a, b) -> Arrays.compare(a.amounts(), b.amounts()));
        if (different.length < 2) {
            return new ArrayList<>(List.of(sorted.get(0).vector()));
        }
        return different.length <= 3 ? few(sorted, 1, different.length - 1) : many(sorted, compared);
    }

    /** A vector with those of its amounts that are not the same for all. */
    private record Row<T>(T vector, long[] amounts) {
        static <T extends Vector> Row<T> of(T vector, int[] quantities) {
            long[] amounts = new long[quantities.length];
            for (int k = 0; k < amounts.length; k++) {
                amounts[k] = vector.at(quantities[k]);
            }
            return new Row<>(vector, amounts);
        }

        boolean isNoMore(Row<T> other) {
            for (int k = 0; k < amounts.length; k++) {
                if (amounts[k] > other.amounts[k]) {
                    return false;
                }
            }
            return true;
        }
    }

    /** What comes before is no more in the first amount; of those the least third by second, which falls. */
    private static <T> List<T> few(List<Row<T>> sorted, int second, int third) {
        List<T> left = new ArrayList<>();
        TreeMap<Long, Long> least = new TreeMap<>();
        for (Row<T> row : sorted) {
            long amount = row.amounts()[second];
            long last = row.amounts()[third];
            Map.Entry<Long, Long> below = least.floorEntry(amount);
            if (below == null || below.getValue() > last) {
                left.add(row.vector());
                Map.Entry<Long, Long> above = least.ceilingEntry(amount);
                while (above != null && above.getValue() >= last) {
                    least.remove(above.getKey());
                    above = least.higherEntry(above.getKey());
                }
                least.put(amount, last);
            }
        }
        return left;
    }

    private static <T> List<T> many(List<Row<T>> sorted, LongConsumer compared) {
        long[] digests = digests(sorted);
        List<Row<T>> left = new ArrayList<>();
        long[] before = new long[digests.length];
        for (int r = 0; r < digests.length; r++) {
            Row<T> row = sorted.get(r);
            int k = lastBelow(before, left.size(), digests[r]);
            while (k >= 0 && !left.get(k).isNoMore(row)) {
                k = lastBelow(before, k, digests[r]);
            }
            compared.accept(left.size() - k);
            if (k < 0) {
                before[left.size()] = digests[r];
                left.add(row);
            }
        }
        return left.stream().map(Row::vector).collect(Collectors.toCollection(ArrayList::new));
    }

    /** Some amounts of each row in seven bits each, rounded down, so that a row that is no more than another has no larger ones. */
    private static long[] digests(List<? extends Row<?>> rows) {
        long[] digests = new long[rows.size()];
        int amounts = rows.get(0).amounts().length;
        int fields = Math.min(FIELDS, amounts - 1);
        for (int field = 0; field < fields; field++) {
            // The first amount ascends: it tells nothing.
            int at = 1 + field * (amounts - 1) / fields;
            long least = Long.MAX_VALUE;
            long most = Long.MIN_VALUE;
            for (Row<?> row : rows) {
                least = Math.min(least, row.amounts()[at]);
                most = Math.max(most, row.amounts()[at]);
            }
            int shift = Math.max(0, Long.SIZE - FIELD_BITS + 1 - Long.numberOfLeadingZeros(most - least));
            for (int r = 0; r < digests.length; r++) {
                digests[r] |= (rows.get(r).amounts()[at] - least) >>> shift << FIELD_BITS * field;
            }
        }
        return digests;
    }

    /** The last of the first few digests without a field that is larger; -1 if there is none. */
    private static int lastBelow(long[] digests, int count, long digest) {
        long above = digest | ABOVE;
        int k = count - 1;
        while (k >= 0 && (above - digests[k] & ABOVE) != ABOVE) {
            k--;
        }
        return k;
    }
}
