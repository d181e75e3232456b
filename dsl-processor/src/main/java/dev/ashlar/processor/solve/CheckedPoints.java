package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Time points of a block that the tables still to be added treat alike: only the largest of each group matters from there on. All sums of one
 * listing share the groups. A group that one sum has made holds points that its tables tell apart; another sum, to which these tables are
 * still to be added, must not add to it: what two sums have at different points would be added up.
 */
final class CheckedPoints {
    private final Block block;
    private final CheckedMeasure measure;
    private int[] groups;
    private final int[][] first;

    /**
     * Groups of points.
     *
     * @param of every point
     * @param firsts the first point of every group
     */
    record Groups(int[] of, int[] firsts) {}

    CheckedPoints(Block block, CheckedMeasure measure) {
        this.block = block;
        this.measure = measure;
        first = new int[block.factors().size()][0];
        groups = new int[block.points()];
        Arrays.setAll(groups, p -> p);
    }

    /** Groups of points that some tables, by number, have the same amounts for; forward points are never with backward ones. */
    Groups alike(BitSet coming) {
        int[] parts = new int[block.points()];
        Arrays.setAll(parts, p -> p < block.forwardPoints() ? 0 : 1);
        for (int f = coming.nextSetBit(0); f >= 0; f = coming.nextSetBit(f + 1)) {
            refine(parts, first(f));
        }
        int[] part = new int[parts.length];
        boolean[] apart = new boolean[parts.length];
        Arrays.fill(part, -1);
        for (int p = 0; p < parts.length; p++) {
            int group = groups[p];
            part[group] = part[group] < 0 ? parts[p] : part[group];
            apart[group] |= part[group] != parts[p];
        }
        int[] of = new int[parts.length];
        Arrays.setAll(of, p -> apart[groups[p]] ? parts.length + groups[p] : parts[p]);
        int[] firsts = new int[of.length];
        int count = renumber(of, firsts);
        groups = of;
        return new Groups(of.clone(), Arrays.copyOf(firsts, count));
    }

    /** Parts groups by what tells their points apart. */
    private static void refine(int[] of, int[] by) {
        Map<Long, Integer> parts = new HashMap<>();
        long before = 0;
        for (int p = 0; p < of.length; p++) {
            long both = ((long) of[p] << Integer.SIZE) + by[p];
            if (p > 0 && both == before) {
                of[p] = of[p - 1];
            } else {
                Integer known = parts.putIfAbsent(both, parts.size());
                of[p] = known == null ? parts.size() - 1 : known;
            }
            before = both;
        }
    }

    /** Numbers groups by their first points, which are written; how many there are. */
    private static int renumber(int[] of, int[] firsts) {
        Map<Integer, Integer> numbers = new HashMap<>();
        for (int p = 0; p < of.length; p++) {
            Integer number = numbers.get(of[p]);
            if (number == null) {
                number = numbers.size();
                numbers.put(of[p], number);
                firsts[number] = p;
            }
            of[p] = number;
        }
        return numbers.size();
    }

    /** For every point the first one with the same amounts in a table. Points that are told apart without need do no harm. */
    private int[] first(int f) {
        if (first[f].length == 0) {
            Map<long[], Integer> byRow = new IdentityHashMap<>();
            first[f] = new int[block.points()];
            for (int p = 0; p < first[f].length; p++) {
                int own = p;
                first[f][p] = !measure.counts(p)
                        ? -1
                        : byRow.computeIfAbsent(block.factors().get(f).amounts(Quantity.ofPoint(p)), r -> own);
            }
        }
        return first[f];
    }
}
