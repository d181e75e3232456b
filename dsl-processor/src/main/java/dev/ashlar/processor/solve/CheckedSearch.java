package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The checker's own label search: one position after the other, from last to first, over the whole chain at once. */
final class CheckedSearch {
    private final CheckedModel model;
    private final CheckedPrices prices;
    private final CheckedTables tables;
    private final CheckedLayout layout;
    private final long budget;
    private final long cutoff;
    private final int mostTried;
    private final int[] labels;
    private int tried;

    /**
     * @param cutoff on the time, exclusive; 1 where times do not count
     * @param mostTried partial labellings before the search is given up
     */
    CheckedSearch(
            CheckedModel model, CheckedPrices prices, CheckedTables tables, long budget, long cutoff, int mostTried) {
        this.model = model;
        this.prices = prices;
        this.tables = tables;
        this.budget = budget;
        this.cutoff = cutoff;
        this.mostTried = mostTried;
        layout = new CheckedLayout(model);
        labels = new int[model.positions()];
    }

    /**
     * Whether no labelling within the budget is below the cutoff.
     *
     * @throws ArithmeticException if there is too much to search
     */
    boolean findsNothing() {
        long[] empty = new long[CheckedLayout.FIRST_OPEN];
        empty[CheckedLayout.PEAK] = -1;
        Map<Integer, List<long[]>> states = new TreeMap<>();
        states.put(0, List.of(empty));
        for (int level = model.positions() - 1; level >= 0; level--) {
            states = extend(states, level);
        }
        return states.isEmpty();
    }

    private Map<Integer, List<long[]>> extend(Map<Integer, List<long[]>> states, int level) {
        Map<Integer, List<long[]>> next = new TreeMap<>();
        Bound bound = new Bound(level);
        for (Map.Entry<Integer, List<long[]>> state : states.entrySet()) {
            List<long[]> opened =
                    state.getValue().stream().map(v -> open(v, level)).toList();
            for (int label : tables.labels(level)) {
                tables.read(level + 1, state.getKey(), labels);
                labels[level] = label;
                int key = tables.key(level, labels);
                long coming = tables.before(level, key);
                long[] added = new long[CheckedLayout.width(layout.before(level)) + 1];
                if (coming == CheckedTable.FORBIDDEN || !add(added, level)) {
                    continue;
                }
                for (long[] partial : opened) {
                    tried++;
                    long[] sum = close(sum(partial, added), level);
                    if (bound.permits(sum, coming)) {
                        insert(next.computeIfAbsent(key, k -> new ArrayList<>()), sum);
                    }
                }
                if (tried > mostTried) {
                    throw new ArithmeticException("the search is too large to check");
                }
            }
        }
        return next;
    }

    /** Makes room for blocks whose first tables are added at a level: later gradients are there at their backward points. */
    private long[] open(long[] partial, int level) {
        List<CheckedLayout.Slot> now = layout.before(level);
        List<CheckedLayout.Slot> old = level + 1 < model.positions() ? layout.after(level + 1) : List.of();
        long[] result = Arrays.copyOf(partial, CheckedLayout.width(now));
        for (CheckedLayout.Slot slot : now) {
            if (layout.opensAt(slot, level)) {
                Arrays.fill(result, slot.offset(), slot.end(), 0);
                int forward = model.problem().blocks().get(slot.block()).forwardPoints();
                for (int g = 0; g < slot.firsts().length; g++) {
                    result[slot.group(g)] = slot.firsts()[g] < forward ? 0 : partial[CheckedLayout.GRADIENT];
                }
            } else {
                CheckedLayout.Slot from = old.stream()
                        .filter(s -> s.block() == slot.block())
                        .findFirst()
                        .orElseThrow();
                System.arraycopy(partial, from.offset(), result, slot.offset(), slot.end() - slot.offset());
            }
        }
        return result;
    }

    /** Adds the tables of a level; the last number is what the closed blocks' peak gets. False if an entry is forbidden. */
    private boolean add(long[] added, int level) {
        for (CheckedModel.Table table : model.tablesAt(level)) {
            int entry = model.entry(table, labels);
            Factor factor = table.factor();
            if (factor.forbidden(entry)) {
                return false;
            }
            long kept = factor.amount(Quantity.KEPT.ordinal(), entry);
            long gradient = factor.amount(Quantity.GRADIENT.ordinal(), entry);
            added[CheckedLayout.FIXED] += factor.amount(Quantity.STATIC.ordinal(), entry);
            added[CheckedLayout.GRADIENT] += gradient;
            added[added.length - 1] += kept;
            if (prices.timed()) {
                added[CheckedLayout.TIME] += factor.amount(Quantity.TIME.ordinal(), entry);
            }
            for (CheckedLayout.Slot slot : layout.before(level)) {
                addTo(slot, added, table, entry, kept, gradient);
            }
        }
        return true;
    }

    private void addTo(
            CheckedLayout.Slot slot, long[] added, CheckedModel.Table table, int entry, long kept, long gradient) {
        Factor factor = table.factor();
        if (slot.block() == table.block() && prices.timed()) {
            for (int t = 0; t < 4; t++) {
                added[slot.offset() + t] += factor.amount(Quantity.FORWARD_COMPUTE.ordinal() + t, entry);
            }
        }
        int forward = model.problem().blocks().get(slot.block()).forwardPoints();
        for (int g = 0; g < slot.firsts().length; g++) {
            int point = slot.firsts()[g];
            long amount;
            if (slot.block() == table.block()) {
                amount = factor.amount(Quantity.ofPoint(point), entry);
            } else if (slot.block() > table.block()) {
                amount = kept;
            } else {
                amount = point < forward ? 0 : gradient;
            }
            added[slot.group(g)] += amount;
        }
    }

    private static long[] sum(long[] partial, long[] added) {
        long[] sum = partial.clone();
        for (int q = 0; q < sum.length; q++) {
            sum[q] += q == CheckedLayout.PEAK ? 0 : added[q];
        }
        if (sum[CheckedLayout.PEAK] >= 0) {
            sum[CheckedLayout.PEAK] += added[added.length - 1];
        }
        return sum;
    }

    /** Merges points that are alike from here on; a block that gets no more tables becomes a time and a peak. */
    private long[] close(long[] sum, int level) {
        List<CheckedLayout.Slot> left = layout.after(level);
        long[] result = Arrays.copyOf(sum, CheckedLayout.width(left));
        Arrays.fill(result, CheckedLayout.FIRST_OPEN, result.length, 0);
        for (CheckedLayout.Slot slot : layout.before(level)) {
            CheckedLayout.Slot to = left.stream()
                    .filter(s -> s.block() == slot.block())
                    .findFirst()
                    .orElse(slot);
            if (to == slot) {
                closeSlot(slot, sum, result);
                continue;
            }
            System.arraycopy(sum, slot.offset(), result, to.offset(), 4);
            for (int g = 0; g < slot.firsts().length; g++) {
                int group = to.group(to.groups()[slot.firsts()[g]]);
                result[group] = Math.max(result[group], sum[slot.group(g)]);
            }
        }
        return result;
    }

    private void closeSlot(CheckedLayout.Slot slot, long[] sum, long[] result) {
        for (int t = 0; t < 4; t += 2) {
            long compute = sum[slot.offset() + t];
            long async = sum[slot.offset() + t + 1];
            result[CheckedLayout.TIME] += Math.max(Math.addExact(compute, prices.scale(async)), async);
        }
        for (int g = 0; g < slot.firsts().length; g++) {
            result[CheckedLayout.PEAK] = Math.max(result[CheckedLayout.PEAK], sum[slot.group(g)]);
        }
    }

    private static void insert(List<long[]> others, long[] sum) {
        for (long[] other : others) {
            if (noMore(other, sum)) {
                return;
            }
        }
        others.removeIf(o -> noMore(sum, o));
        others.add(sum);
    }

    private static boolean noMore(long[] a, long[] b) {
        for (int q = 0; q < a.length; q++) {
            if (a[q] > b[q]) {
                return false;
            }
        }
        return true;
    }

    /** What a partial labelling comes to at least, once the tables of a level are added. */
    private final class Bound {
        private final List<CheckedLayout.Slot> slots;
        private final long[][] groupPrices;
        private final long gradientPrice;
        private final long closedPrice;
        private final long worth;

        Bound(int level) {
            slots = layout.after(level);
            groupPrices = new long[slots.size()][];
            for (int s = 0; s < groupPrices.length; s++) {
                CheckedLayout.Slot slot = slots.get(s);
                groupPrices[s] = new long[slot.firsts().length];
                for (int p = 0; p < slot.groups().length; p++) {
                    groupPrices[s][slot.groups()[p]] += prices.point(slot.block(), p);
                }
            }
            long unopened = 0;
            for (int b = 0; b < layout.firstOpened(level); b++) {
                unopened += prices.points(b, true);
            }
            long closed = 0;
            for (int b = layout.firstClosed(level); b < model.problem().blocks().size(); b++) {
                closed += prices.points(b, false);
            }
            gradientPrice = unopened;
            closedPrice = closed;
            worth = prices.budget(budget);
        }

        boolean permits(long[] sum, long coming) {
            long fixed = sum[CheckedLayout.FIXED];
            long peak = sum[CheckedLayout.PEAK];
            if (sum[CheckedLayout.TIME] >= cutoff || peak >= 0 && fixed + peak > budget) {
                return false;
            }
            long bound = Math.addExact(sum[CheckedLayout.TIME] - worth, coming);
            bound = Math.addExact(bound, CheckedPrices.floor(fixed, prices.all()));
            bound = Math.addExact(bound, CheckedPrices.floor(sum[CheckedLayout.GRADIENT], gradientPrice));
            bound = Math.addExact(bound, CheckedPrices.floor(Math.max(0, peak), closedPrice));
            for (int s = 0; s < groupPrices.length; s++) {
                CheckedLayout.Slot slot = slots.get(s);
                for (int g = 0; g < groupPrices[s].length; g++) {
                    long live = sum[slot.group(g)];
                    if (fixed + live > budget) {
                        return false;
                    }
                    bound = Math.addExact(bound, CheckedPrices.floor(live, groupPrices[s][g]));
                }
                bound = Math.addExact(bound, segments(slot, sum));
            }
            return bound < cutoff;
        }

        private long segments(CheckedLayout.Slot slot, long[] sum) {
            if (!prices.timed()) {
                return 0;
            }
            int at = slot.offset();
            long forward = prices.segment(slot.block(), false, sum[at], sum[at + 1]);
            return Math.addExact(forward, prices.segment(slot.block(), true, sum[at + 2], sum[at + 3]));
        }
    }
}
