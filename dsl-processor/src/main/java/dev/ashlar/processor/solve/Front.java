package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Of several things those that no other is at most in everything. */
final class Front {
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
        List<T> sorted = new ArrayList<>(all);
        sorted.sort(ascending(different));
        if (different.length < 2) {
            return new ArrayList<>(sorted.subList(0, 1));
        }
        return different.length <= 3
                ? few(sorted, different[1], different[different.length - 1])
                : many(sorted, different, compared);
    }

    private static Comparator<Vector> ascending(int[] quantities) {
        return (a, b) -> {
            for (int q : quantities) {
                if (a.at(q) != b.at(q)) {
                    return Long.compare(a.at(q), b.at(q));
                }
            }
            return 0;
        };
    }

    /** What comes before is no more in the first amount; of those the least third by second, which falls. */
    private static <T extends Vector> List<T> few(List<T> sorted, int second, int third) {
        List<T> left = new ArrayList<>();
        TreeMap<Long, Long> least = new TreeMap<>();
        for (T v : sorted) {
            long amount = v.at(second);
            Map.Entry<Long, Long> below = least.floorEntry(amount);
            if (below == null || below.getValue() > v.at(third)) {
                left.add(v);
                Map.Entry<Long, Long> above = least.ceilingEntry(amount);
                while (above != null && above.getValue() >= v.at(third)) {
                    least.remove(above.getKey());
                    above = least.higherEntry(above.getKey());
                }
                least.put(amount, v.at(third));
            }
        }
        return left;
    }

    private static <T extends Vector> List<T> many(List<T> sorted, int[] different, LongConsumer compared) {
        List<T> left = new ArrayList<>();
        for (T v : sorted) {
            int k = left.size() - 1;
            while (k >= 0 && !isNoMore(left.get(k), v, different)) {
                k--;
            }
            compared.accept(left.size() - k);
            if (k < 0) {
                left.add(v);
            }
        }
        return left;
    }

    private static boolean isNoMore(Vector a, Vector b, int[] quantities) {
        for (int q : quantities) {
            if (a.at(q) > b.at(q)) {
                return false;
            }
        }
        return true;
    }
}
