package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which numbers a partial labelling of a search is summed up by, level by level: time, static memory, gradients, the peak of closed
 * blocks, then for every open block its four times and its points, alike points as one.
 */
final class CheckedLayout {
    /** Time of closed blocks, static memory, gradients, peak of closed blocks. */
    static final int TIME = 0;

    static final int FIXED = 1;
    static final int GRADIENT = 2;
    static final int PEAK = 3;
    static final int FIRST_OPEN = 4;

    private final CheckedModel model;
    private final int[] opens;
    private final int[] closes;
    private final List<List<CheckedModel.Table>> own = new ArrayList<>();
    private final Map<Factor, int[]> alike = new IdentityHashMap<>();
    private final List<List<Slot>> after = new ArrayList<>();
    private final List<List<Slot>> before = new ArrayList<>();

    /**
     * An open block.
     *
     * @param offset of its forward compute; its other times follow, then its groups
     * @param groups of its points
     * @param firsts first point of every group
     */
    record Slot(int block, int offset, int[] groups, int[] firsts) {
        int group(int number) {
            return offset + 4 + number;
        }

        int end() {
            return offset + 4 + firsts.length;
        }
    }

    CheckedLayout(CheckedModel model) {
        this.model = model;
        int n = model.problem().blocks().size();
        opens = new int[n];
        closes = new int[n];
        int[] least = new int[n];
        int[] most = new int[n];
        Arrays.fill(least, model.positions());
        Arrays.fill(most, 0);
        for (int b = 0; b < n; b++) {
            own.add(new ArrayList<>());
        }
        for (int position = 0; position < model.positions(); position++) {
            for (CheckedModel.Table table : model.tablesAt(position)) {
                own.get(table.block()).add(table);
                least[table.block()] = Math.min(least[table.block()], position);
                most[table.block()] = Math.max(most[table.block()], position);
            }
        }
        for (int b = n - 1; b >= 0; b--) {
            closes[b] = Math.min(least[b], b == n - 1 ? model.positions() - 1 : closes[b + 1]);
        }
        for (int b = 0; b < n; b++) {
            opens[b] = Math.max(Math.max(most[b], closes[b]), b == 0 ? 0 : opens[b - 1]);
        }
        for (int level = 0; level < model.positions(); level++) {
            before.add(slots(level, level + 1, level));
            after.add(slots(level, level, level - 1));
        }
    }

    /** Blocks opened at {@code opened} or above and not closed above {@code closed}, with points alike for tables below {@code below}. */
    private List<Slot> slots(int opened, int below, int closed) {
        List<Slot> slots = new ArrayList<>();
        int offset = FIRST_OPEN;
        for (int b = 0; b < opens.length; b++) {
            if (opens[b] >= opened && closes[b] <= closed) {
                Slot slot = slot(b, offset, below);
                slots.add(slot);
                offset = slot.end();
            }
        }
        return slots;
    }

    private Slot slot(int b, int offset, int below) {
        Block block = model.problem().blocks().get(b);
        List<int[]> coming = new ArrayList<>();
        for (CheckedModel.Table table : own.get(b)) {
            if (table.least() < below) {
                coming.add(alike.computeIfAbsent(table.factor(), f -> alike(f, block.points())));
            }
        }
        List<Integer> firsts = new ArrayList<>();
        int[] groups = new int[block.points()];
        for (int p = 0; p < groups.length; p++) {
            int group = 0;
            while (group < firsts.size() && !same(block, coming, firsts.get(group), p)) {
                group++;
            }
            if (group == firsts.size()) {
                firsts.add(p);
            }
            groups[p] = group;
        }
        return new Slot(
                b, offset, groups, firsts.stream().mapToInt(Integer::intValue).toArray());
    }

    /** For every point the first one with the same amounts in a factor. */
    private static int[] alike(Factor factor, int points) {
        int[] firsts = new int[points];
        for (int p = 0; p < points; p++) {
            long[] amounts = factor.amounts(Quantity.ofPoint(p));
            while (!Arrays.equals(amounts, factor.amounts(Quantity.ofPoint(firsts[p])))) {
                firsts[p]++;
            }
        }
        return firsts;
    }

    private static boolean same(Block block, List<int[]> coming, int p, int q) {
        boolean direction = p < block.forwardPoints() == q < block.forwardPoints();
        return direction && coming.stream().allMatch(c -> c[p] == c[q]);
    }

    /** Open blocks while the tables of a level are added. */
    List<Slot> before(int level) {
        return before.get(level);
    }

    /** Open blocks once they are. */
    List<Slot> after(int level) {
        return after.get(level);
    }

    boolean opensAt(Slot slot, int level) {
        return opens[slot.block()] == level;
    }

    /** The first block that is open or closed at a level: earlier ones have no table yet. */
    int firstOpened(int level) {
        int b = 0;
        while (b < opens.length && opens[b] < level) {
            b++;
        }
        return b;
    }

    /** The first closed block once the tables of a level are added. */
    int firstClosed(int level) {
        int b = 0;
        while (b < closes.length && closes[b] < level) {
            b++;
        }
        return b;
    }

    static int width(List<Slot> slots) {
        return slots.isEmpty() ? FIRST_OPEN : slots.get(slots.size() - 1).end();
    }
}
