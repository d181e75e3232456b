package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What a block can come to in every way to label it, one node after the other: for the labels of the nodes around, all sums of the
 * tables so far that no other ones beat in everything and that can still lead below a limit.
 */
final class CheckedOptions {
    /** Where the time of a block is in what is listed, behind what it costs. */
    static final int TIME = 1;

    /** Sums that are held before those go that others beat. */
    private static final int BUFFER = 1 << 12;

    /** Pairs that are looked at as quickly as one sum is made. */
    private static final int PAIRS = 32;

    private final Block block;
    private final CheckedLabels counted;
    private final List<CheckedScope> scopes;
    private final List<List<long[]>> costs;
    private final BitSet[] allowed;
    private final CheckedMeasure measure;
    private final long limit;
    private final LongConsumer tried;
    private final CheckedPoints points;
    private final int[] labels;

    /** Where in sums quantities begin, behind what is paid at every choice of prices. */
    private final int first;

    /** Where in sums points begin, by group. */
    private final int firstGroup;

    /**
     * Sums by joint label of some nodes.
     *
     * @param factors tables that are in the sums
     */
    private record Sums(int[] scope, BitSet factors, CheckedPoints.Groups groups, List<List<long[]>> byLabels) {}

    /**
     * @param scopes of every table
     * @param costs by choice of prices, then table, then joint label of its scope; sums are ranked by the first
     * @param allowed labels by node
     * @param measure of what counts
     * @param limit on what the whole chain costs
     * @param tried is told how many sums are made
     */
    CheckedOptions(
            Block block,
            CheckedLabels counted,
            List<CheckedScope> scopes,
            List<List<long[]>> costs,
            BitSet[] allowed,
            CheckedMeasure measure,
            long limit,
            LongConsumer tried) {
        this.block = block;
        this.counted = counted;
        this.scopes = scopes;
        this.costs = costs;
        this.allowed = allowed;
        this.measure = measure;
        this.limit = limit;
        this.tried = tried;
        points = new CheckedPoints(block, measure);
        labels = new int[block.nodes()];
        first = costs.size();
        firstGroup = first + Quantity.COUNT;
    }

    /**
     * Sums of all tables by joint label of the shared nodes: cost, quantities, the most at a forward point and at a backward one; -1
     * where there is none.
     *
     * @param order nodes that are not shared
     * @param rest what all other tables and blocks cost at least once a node is done, by node
     * @param outside what other blocks cost at least; around it are the shared nodes
     */
    List<List<long[]>> list(List<Integer> order, List<CheckedRest> rest, CheckedRest outside) {
        List<Sums> open = new ArrayList<>();
        BitSet left = new BitSet();
        left.set(0, block.factors().size());
        for (int k = 0; k < order.size(); k++) {
            int node = order.get(k);
            BitSet own = (BitSet) left.clone();
            left.stream()
                    .filter(f -> Arrays.stream(scopes.get(f).nodes()).noneMatch(n -> n == node))
                    .forEach(own::clear);
            left.andNot(own);
            List<Sums> inputs = open.stream()
                    .filter(s -> Arrays.stream(s.scope()).anyMatch(n -> n == node))
                    .toList();
            open.removeAll(inputs);
            open.add(sums(new int[] {node}, own, inputs, rest.get(k)));
        }
        Sums last = sums(new int[0], left, open, outside);
        return last.byLabels().stream()
                .map(l -> l.stream().map(s -> peaks(s, last.groups())).toList())
                .toList();
    }

    private Sums sums(int[] node, BitSet own, List<Sums> inputs, CheckedRest rest) {
        BitSet factors = (BitSet) own.clone();
        inputs.forEach(s -> factors.or(s.factors()));
        BitSet coming = new BitSet();
        coming.set(0, block.factors().size());
        BitSet later = (BitSet) coming.clone();
        later.andNot(factors);
        CheckedPoints.Groups groups = points.alike(later);
        int[] scope = rest.scope();
        Sums sums = new Sums(scope, factors, groups, new ArrayList<>(Collections.nCopies(rest.size(), List.of())));
        for (int place = 0; place < rest.keys().length; place++) {
            int key = rest.keys()[place];
            if (read(scope, key)) {
                long[] left = rest.left(limit, place);
                List<long[]> found = new ArrayList<>();
                int enough = BUFFER;
                for (int label : node.length == 0
                        ? new int[] {0}
                        : allowed[node[0]].stream().toArray()) {
                    if (node.length > 0) {
                        labels[node[0]] = label;
                    }
                    add(found, own, inputs, groups, left);
                    if (found.size() > enough) {
                        found = CheckedFront.of(found, first, tried);
                        enough = 2 * found.size() + BUFFER;
                    }
                }
                found = CheckedFront.of(found, first, tried);
                found.sort(Comparator.comparingLong(s -> s[0]));
                sums.byLabels().set(key, found);
            }
        }
        return sums;
    }

    /** Writes joint labels; false if one is not allowed. */
    private boolean read(int[] scope, int key) {
        counted.read(scope, key, labels);
        return Arrays.stream(scope).allMatch(n -> allowed[n].get(labels[n]));
    }

    /** All sums of the tables and what came before for the labels that are set. */
    private void add(List<long[]> found, BitSet own, List<Sums> inputs, CheckedPoints.Groups groups, long[] left) {
        long[] tables = new long[firstGroup + block.points()];
        for (int f = own.nextSetBit(0); f >= 0; f = own.nextSetBit(f + 1)) {
            Factor factor = block.factors().get(f);
            int at = counted.key(scopes.get(f).nodes(), labels);
            int entry = scopes.get(f).entries()[at];
            for (int k = 0; k < first; k++) {
                tables[k] = CheckedTable.add(tables[k], costs.get(k).get(f)[at]);
                if (tables[k] >= left[k]) {
                    return;
                }
            }
            measure.add(tables, first, factor, entry);
        }
        List<long[]> partial = List.of(tables);
        for (Sums input : inputs) {
            List<long[]> longer = new ArrayList<>();
            int enough = BUFFER;
            List<long[]> more = input.byLabels().get(counted.key(input.scope(), labels));
            for (long[] some : partial) {
                int before = longer.size();
                // The cheapest come first.
                int pairs = 0;
                for (; pairs < more.size() && some[0] + more.get(pairs)[0] < left[0]; pairs++) {
                    if (isBelow(some, more.get(pairs), left)) {
                        longer.add(sum(some, more.get(pairs), input.groups()));
                    }
                }
                tried.accept(1 + longer.size() - before + pairs / PAIRS);
                if (longer.size() > enough) {
                    longer = CheckedFront.of(longer, first, tried);
                    enough = 2 * longer.size() + BUFFER;
                }
            }
            partial = longer;
        }
        partial.forEach(p -> found.add(merged(p, groups)));
    }

    private static boolean isBelow(long[] some, long[] more, long[] left) {
        for (int k = 0; k < left.length; k++) {
            if (some[k] + more[k] >= left[k]) {
                return false;
            }
        }
        return true;
    }

    private long[] sum(long[] byPoint, long[] byGroup, CheckedPoints.Groups groups) {
        long[] sum = byPoint.clone();
        for (int q = 0; q < firstGroup; q++) {
            sum[q] += byGroup[q];
        }
        for (int p = 0; p < groups.of().length; p++) {
            sum[firstGroup + p] += byGroup[firstGroup + groups.of()[p]];
        }
        return sum;
    }

    private long[] merged(long[] byPoint, CheckedPoints.Groups groups) {
        long[] merged = Arrays.copyOf(byPoint, firstGroup + groups.firsts().length);
        Arrays.fill(merged, firstGroup, merged.length, 0);
        for (int p = 0; p < groups.of().length; p++) {
            int to = firstGroup + groups.of()[p];
            merged[to] = Math.max(merged[to], byPoint[firstGroup + p]);
        }
        return merged;
    }

    /** The time first, then memory, then peaks. */
    private long[] peaks(long[] sums, CheckedPoints.Groups groups) {
        long[] result = new long[1 + Quantity.COUNT + 2];
        result[0] = sums[0];
        System.arraycopy(sums, first, result, TIME, Quantity.COUNT);
        result[TIME] = measure.time(sums, first);
        result[1 + Quantity.COUNT] = -1;
        result[1 + Quantity.COUNT + 1] = -1;
        for (int p = 0; p < groups.of().length; p++) {
            int to = 1 + Quantity.COUNT + (p < block.forwardPoints() ? 0 : 1);
            result[to] = Math.max(result[to], measure.counts(p) ? sums[firstGroup + groups.of()[p]] : -1);
        }
        return result;
    }
}
