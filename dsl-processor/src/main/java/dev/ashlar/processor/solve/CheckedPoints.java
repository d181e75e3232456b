package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Time points of a block that the tables still to be added treat alike: only the largest of each group matters from there on. */
final class CheckedPoints {
    private final Block block;
    private final Map<BitSet, Groups> byComing = new HashMap<>();

    /**
     * Groups of points.
     *
     * @param of every point
     * @param firsts the first point of every group
     */
    record Groups(int[] of, int[] firsts) {}

    CheckedPoints(Block block) {
        this.block = block;
    }

    /** Groups of points that some tables, by number, have the same amounts for; forward points are never with backward ones. */
    Groups alike(BitSet coming) {
        return byComing.computeIfAbsent((BitSet) coming.clone(), this::groups);
    }

    private Groups groups(BitSet coming) {
        int[][] alike =
                coming.stream().mapToObj(f -> alike(block.factors().get(f))).toArray(int[][]::new);
        List<Integer> firsts = new ArrayList<>();
        int[] of = new int[block.points()];
        for (int p = 0; p < of.length; p++) {
            int group = 0;
            while (group < firsts.size() && !alike(alike, firsts.get(group), p)) {
                group++;
            }
            if (group == firsts.size()) {
                firsts.add(p);
            }
            of[p] = group;
        }
        return new Groups(of, firsts.stream().mapToInt(Integer::intValue).toArray());
    }

    private boolean alike(int[][] alike, int p, int q) {
        boolean direction = p < block.forwardPoints() == q < block.forwardPoints();
        return direction && Arrays.stream(alike).allMatch(firsts -> firsts[p] == firsts[q]);
    }

    /** For every point the first one with the same amounts in a table. */
    private int[] alike(Factor factor) {
        int[] firsts = IntStream.range(0, block.points()).toArray();
        for (int p = 0; p < firsts.length; p++) {
            for (int q = 0; q < p && firsts[p] == p; q++) {
                boolean same = Arrays.equals(factor.amounts(Quantity.ofPoint(p)), factor.amounts(Quantity.ofPoint(q)));
                firsts[p] = same ? q : p;
            }
        }
        return firsts;
    }
}
