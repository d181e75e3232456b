package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Of several rows of sums those that no other row is at most everywhere. */
final class CheckedFront {
    /** Comparisons that are told as one. */
    private static final int COMPARISONS = 16;

    private CheckedFront() {}

    /**
     * One of every set of equal rows stays.
     *
     * @param rows of one length
     * @param from where what counts begins
     * @param tried is told how much was compared
     */
    static List<long[]> of(List<long[]> rows, int from, LongConsumer tried) {
        if (rows.isEmpty()) {
            return rows;
        }
        long[] first = rows.get(0);
        int[] open = IntStream.range(from, first.length)
                .filter(q -> rows.stream().anyMatch(r -> r[q] != first[q]))
                .toArray();
        if (open.length == 0) {
            return new ArrayList<>(rows.subList(0, 1));
        }
        Comparator<long[]> order = Comparator.comparingLong(r -> r[open[0]]);
        for (int k = 1; k < open.length; k++) {
            int q = open[k];
            order = order.thenComparingLong(r -> r[q]);
        }
        List<long[]> sorted = new ArrayList<>(rows);
        sorted.sort(order);
        return open.length > 3 ? compared(sorted, open, tried) : stairs(sorted, open);
    }

    /** Rows come in order of the first sum; what came before is held by its second, with the third falling. */
    private static List<long[]> stairs(List<long[]> sorted, int[] open) {
        int second = open[Math.min(1, open.length - 1)];
        int third = open[open.length - 1];
        List<long[]> left = new ArrayList<>();
        TreeMap<Long, Long> steps = new TreeMap<>();
        for (long[] row : sorted) {
            Map.Entry<Long, Long> step = steps.floorEntry(row[second]);
            if (step == null || step.getValue() > row[third]) {
                left.add(row);
                drop(steps, row[second], row[third]);
                steps.put(row[second], row[third]);
            }
        }
        return left;
    }

    private static void drop(TreeMap<Long, Long> steps, long second, long third) {
        Map.Entry<Long, Long> step = steps.ceilingEntry(second);
        while (step != null && step.getValue() >= third) {
            steps.remove(step.getKey());
            step = steps.higherEntry(step.getKey());
        }
    }

    private static List<long[]> compared(List<long[]> sorted, int[] open, LongConsumer tried) {
        List<long[]> left = new ArrayList<>();
        long pairs = 0;
        for (long[] row : sorted) {
            boolean beaten = false;
            for (int k = left.size() - 1; k >= 0 && !beaten; k--) {
                beaten = isNoMore(left.get(k), row, open);
                pairs++;
            }
            if (!beaten) {
                left.add(row);
            }
            if (pairs >= COMPARISONS) {
                tried.accept(pairs / COMPARISONS);
                pairs %= COMPARISONS;
            }
        }
        return left;
    }

    private static boolean isNoMore(long[] a, long[] b, int[] open) {
        for (int q : open) {
            if (a[q] > b[q]) {
                return false;
            }
        }
        return true;
    }
}
