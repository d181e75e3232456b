package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Time points of a block that some tables treat alike are one group: once all other tables are added only the largest of them matters. Sums
 * that are still apart share their groups: were two points one in one sum and one of them one with a third in another, their largest would meet at
 * a point where they never are together.
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
     * Larger groups, of those that all tables still to come treat alike. A group whose points one of these tells apart stays as it is: another
     * sum has made it.
     *
     * @param coming numbers of the tables that are in no other part of the same sum
     */
    PointGroups larger(Block block, BitSet coming) {
        List<Factor> factors = coming.stream().mapToObj(block.factors()::get).toList();
        int[] first = new int[count];
        boolean[] apart = new boolean[count];
        Arrays.fill(first, -1);
        for (int p = 0; p < of.length; p++) {
            if (first[of[p]] < 0) {
                first[of[p]] = p;
            }
            apart[of[p]] |= !alike(block, factors, first[of[p]], p);
        }
        List<Integer> open = new ArrayList<>();
        int[] larger = new int[count];
        int groups = 0;
        for (int group = 0; group < count; group++) {
            int own = first[group];
            int like = apart[group]
                    ? -1
                    : open.stream()
                            .filter(o -> alike(block, factors, first[o], own))
                            .findFirst()
                            .orElse(-1);
            if (like < 0) {
                larger[group] = groups++;
                if (!apart[group]) {
                    open.add(group);
                }
            } else {
                larger[group] = larger[like];
            }
        }
        return new PointGroups(Arrays.stream(of).map(g -> larger[g]).toArray(), groups);
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
