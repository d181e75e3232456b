package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Time points of a block that some tables treat alike are one group: once all other tables are added only the largest of them matters.
 *
 * @param of the group of every point; groups are numbered by their first point
 * @param count of groups
 */
record PointGroups(int[] of, int count) {
    /** Points that stay apart. */
    static PointGroups apart(int points) {
        int[] of = new int[points];
        Arrays.setAll(of, p -> p);
        return new PointGroups(of, points);
    }

    /**
     * Groups for the tables that are still to come.
     *
     * @param coming their numbers
     */
    static PointGroups of(Block block, BitSet coming) {
        List<Factor> factors = coming.stream().mapToObj(block.factors()::get).toList();
        List<Integer> firsts = new ArrayList<>();
        int[] of = new int[block.points()];
        for (int p = 0; p < of.length; p++) {
            int group = 0;
            while (group < firsts.size() && !alike(block, factors, firsts.get(group), p)) {
                group++;
            }
            if (group == firsts.size()) {
                firsts.add(p);
            }
            of[p] = group;
        }
        return new PointGroups(of, firsts.size());
    }

    private static boolean alike(Block block, List<Factor> factors, int p, int q) {
        boolean alike = p < block.forwardPoints() == q < block.forwardPoints();
        for (int f = 0; alike && f < factors.size(); f++) {
            long[] first = factors.get(f).amounts(Quantity.ofPoint(p));
            long[] other = factors.get(f).amounts(Quantity.ofPoint(q));
            alike = first == other || Arrays.equals(first, other);
        }
        return alike;
    }

    /** Adds amounts by group to amounts by point, both behind {@code from} other ones that are added one by one. */
    void add(long[] byPoint, long[] byGroup, int from) {
        for (int q = 0; q < from; q++) {
            byPoint[q] += byGroup[q];
        }
        for (int p = 0; p < of.length; p++) {
            byPoint[from + p] += byGroup[from + of[p]];
        }
    }

    /** Amounts by point as amounts by group. */
    long[] merged(long[] byPoint, int from) {
        long[] merged = Arrays.copyOf(byPoint, from + count);
        Arrays.fill(merged, from, merged.length, 0);
        for (int p = 0; p < of.length; p++) {
            merged[from + of[p]] = Math.max(merged[from + of[p]], byPoint[from + p]);
        }
        return merged;
    }
}
