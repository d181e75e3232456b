package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What a block can come to in every way to label it, one node after the other: for the labels of the nodes around, all sums of the
 * tables so far that no other ones beat in everything and that can still lead below a limit.
 */
final class CheckedOptions {
    /** Where the sums of a block are: what it costs at the prices, then its quantities, then its points by group. */
    static final int COST = 0;

    /** Where the time of a block is in what is listed. */
    static final int TIME = 1;

    private static final int FIRST_GROUP = 1 + Quantity.COUNT;

    /** Sums that are held before those go that others beat. */
    private static final int BUFFER = 1 << 12;

    private final Block block;
    private final CheckedLabels counted;
    private final List<CheckedScope> scopes;
    private final List<long[]> costs;
    private final BitSet[] allowed;
    private final CheckedMeasure measure;
    private final long limit;
    private final LongConsumer tried;
    private final CheckedPoints points;
    private final int[] labels;

    /**
     * Sums by joint label of some nodes.
     *
     * @param factors tables that are in the sums
     */
    private record Sums(int[] scope, BitSet factors, CheckedPoints.Groups groups, List<List<long[]>> byLabels) {}

    /**
     * @param scopes of every table
     * @param costs of every table, by joint label of its scope
     * @param allowed labels by node
     * @param measure of what counts
     * @param limit on what the whole chain costs
     * @param tried is told how many sums are made
     */
    CheckedOptions(
            Block block,
            CheckedLabels counted,
            List<CheckedScope> scopes,
            List<long[]> costs,
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
    }

    /**
     * Sums of all tables by joint label of the shared nodes: cost, quantities, the most at a forward point and at a backward one; -1
     * where there is none.
     *
     * @param order nodes that are not shared
     * @param rest what all other tables and blocks cost at least once a node is done, by joint label of the nodes around it
     * @param shared entries and exits, ascending
     * @param outside what other blocks cost at least, by joint label of the shared nodes
     */
    List<List<long[]>> list(List<Integer> order, List<CheckedTable> rest, int[] shared, CheckedTable outside) {
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
            open.add(sums(rest.get(k).scope(), new int[] {node}, own, inputs, rest.get(k)));
        }
        Sums last = sums(shared, new int[0], left, open, outside);
        return last.byLabels().stream()
                .map(l -> l.stream().map(s -> peaks(s, last.groups())).toList())
                .toList();
    }

    private Sums sums(int[] scope, int[] node, BitSet own, List<Sums> inputs, CheckedTable rest) {
        BitSet factors = (BitSet) own.clone();
        inputs.forEach(s -> factors.or(s.factors()));
        BitSet coming = new BitSet();
        coming.set(0, block.factors().size());
        BitSet later = (BitSet) coming.clone();
        later.andNot(factors);
        CheckedPoints.Groups groups = points.alike(later);
        Sums sums = new Sums(scope, factors, groups, new ArrayList<>());
        for (int key = 0; key < rest.values().length; key++) {
            List<long[]> found = List.of();
            long others = rest.values()[key];
            if (others < limit && read(scope, key)) {
                found = new ArrayList<>();
                int enough = BUFFER;
                for (int label : node.length == 0
                        ? new int[] {0}
                        : allowed[node[0]].stream().toArray()) {
                    if (node.length > 0) {
                        labels[node[0]] = label;
                    }
                    add(found, own, inputs, groups, others);
                    if (found.size() > enough) {
                        found = CheckedFront.of(found, COST + 1, tried);
                        enough = 2 * found.size() + BUFFER;
                    }
                }
                found = CheckedFront.of(found, COST + 1, tried);
                found.sort(Comparator.comparingLong(s -> s[COST]));
            }
            sums.byLabels().add(found);
        }
        return sums;
    }

    /** Writes joint labels; false if one is not allowed. */
    private boolean read(int[] scope, int key) {
        counted.read(scope, key, labels);
        return Arrays.stream(scope).allMatch(n -> allowed[n].get(labels[n]));
    }

    /** All sums of the tables and what came before for the labels that are set. */
    private void add(List<long[]> found, BitSet own, List<Sums> inputs, CheckedPoints.Groups groups, long others) {
        long[] tables = new long[FIRST_GROUP + block.points()];
        for (int f = own.nextSetBit(0); f >= 0; f = own.nextSetBit(f + 1)) {
            Factor factor = block.factors().get(f);
            int at = counted.key(scopes.get(f).nodes(), labels);
            int entry = scopes.get(f).entries()[at];
            tables[COST] = CheckedTable.add(tables[COST], costs.get(f)[at]);
            if (tables[COST] + others >= limit) {
                return;
            }
            measure.add(tables, 1, factor, entry);
        }
        List<long[]> partial = List.of(tables);
        for (Sums input : inputs) {
            List<long[]> longer = new ArrayList<>();
            int enough = BUFFER;
            List<long[]> more = input.byLabels().get(counted.key(input.scope(), labels));
            for (long[] some : partial) {
                int before = longer.size();
                // The cheapest come first.
                for (int k = 0; k < more.size() && some[COST] + more.get(k)[COST] + others < limit; k++) {
                    longer.add(sum(some, more.get(k), input.groups()));
                }
                tried.accept(1 + longer.size() - before);
                if (longer.size() > enough) {
                    longer = CheckedFront.of(longer, COST + 1, tried);
                    enough = 2 * longer.size() + BUFFER;
                }
            }
            partial = longer;
        }
        partial.forEach(p -> found.add(merged(p, groups)));
    }

    private static long[] sum(long[] byPoint, long[] byGroup, CheckedPoints.Groups groups) {
        long[] sum = byPoint.clone();
        for (int q = 0; q < FIRST_GROUP; q++) {
            sum[q] += byGroup[q];
        }
        for (int p = 0; p < groups.of().length; p++) {
            sum[FIRST_GROUP + p] += byGroup[FIRST_GROUP + groups.of()[p]];
        }
        return sum;
    }

    private static long[] merged(long[] byPoint, CheckedPoints.Groups groups) {
        long[] merged = Arrays.copyOf(byPoint, FIRST_GROUP + groups.firsts().length);
        Arrays.fill(merged, FIRST_GROUP, merged.length, 0);
        for (int p = 0; p < groups.of().length; p++) {
            int to = FIRST_GROUP + groups.of()[p];
            merged[to] = Math.max(merged[to], byPoint[FIRST_GROUP + p]);
        }
        return merged;
    }

    /** The time first, then memory, then peaks. */
    private long[] peaks(long[] sums, CheckedPoints.Groups groups) {
        long[] result = Arrays.copyOf(sums, FIRST_GROUP + 2);
        result[TIME] = measure.time(sums, 1);
        result[FIRST_GROUP] = -1;
        result[FIRST_GROUP + 1] = -1;
        for (int p = 0; p < groups.of().length; p++) {
            int to = FIRST_GROUP + (p < block.forwardPoints() ? 0 : 1);
            result[to] = Math.max(result[to], measure.counts(p) ? sums[FIRST_GROUP + groups.of()[p]] : -1);
        }
        return result;
    }
}
