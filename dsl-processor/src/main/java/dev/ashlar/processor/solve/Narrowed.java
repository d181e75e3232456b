package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A block with the labels that a search can need, and without the points that are never the peak among those labels. What a label adds
 * at least to the priced sum of the whole chain is known; where that is above what the search looks for, the label goes.
 *
 * @param block with the labels that are left
 * @param labels of the whole block, by node and label
 * @param coefficients what one unit of every quantity costs
 * @param priced tables, by factor, then entry
 * @param outside the least priced sum of the other blocks, by joint entry and exit label
 * @param pricedAlone whether other points do not count
 */
record Narrowed(
        Block block, int[][] labels, long[] coefficients, long[][] priced, long[][] outside, boolean pricedAlone) {
    /**
     * Nodes may have no label left.
     *
     * @param outside least priced sums of the blocks around it by joint entry and exit label; {@link FixedPoint#INFINITE} where there
     *     is none
     * @param most priced sum that is looked for
     * @param pricedAlone whether points without a price go
     */
    static Narrowed of(PricedBlock priced, long[][] outside, long most, boolean pricedAlone) {
        Block whole = priced.block();
        int[][] labels = priced.atMost(outside, most);
        List<Factor> factors = new ArrayList<>();
        List<long[]> costs = new ArrayList<>();
        for (int f = 0; f < whole.factors().size(); f++) {
            int[] entries = entries(whole, whole.factors().get(f).scope(), labels);
            factors.add(whole.factors().get(f).picked(entries));
            costs.add(picked(priced.priced()[f], entries));
        }
        int[] counts = Arrays.stream(labels).mapToInt(l -> l.length).toArray();
        Block block = whole.with(counts, factors);
        IntPredicate isPriced = p -> priced.coefficients()[Quantity.ofPoint(p)] > 0;
        int[] points = pricedAlone
                ? IntStream.range(0, block.points()).filter(isPriced).toArray()
                : Reduction.peaks(block, isPriced);
        long[] coefficients = Arrays.copyOf(priced.coefficients(), Quantity.COUNT + points.length);
        for (int p = 0; p < points.length; p++) {
            coefficients[Quantity.COUNT + p] = priced.coefficients()[Quantity.ofPoint(points[p])];
        }
        int[] entryNodes = new int[whole.entries()];
        Arrays.setAll(entryNodes, node -> node);
        int[] rows = entries(whole, entryNodes, labels);
        int[] columns = entries(whole, whole.exits(), labels);
        long[][] between =
                Arrays.stream(rows).mapToObj(r -> picked(outside[r], columns)).toArray(long[][]::new);
        return new Narrowed(
                block.withPoints(points), labels, coefficients, costs.toArray(long[][]::new), between, pricedAlone);
    }

    /** Entries of a table over some nodes for the labels that are left. */
    private static int[] entries(Block whole, int[] scope, int[][] labels) {
        int[] entries = {0};
        for (int node : scope) {
            int[] own = labels[node];
            int[] longer = new int[entries.length * own.length];
            for (int e = 0; e < longer.length; e++) {
                longer[e] = entries[e / own.length] * whole.labels(node) + own[e % own.length];
            }
            entries = longer;
        }
        return entries;
    }

    private static long[] picked(long[] row, int[] entries) {
        return Arrays.stream(entries).mapToLong(e -> row[e]).toArray();
    }

    boolean isEmpty() {
        return Arrays.stream(labels).anyMatch(l -> l.length == 0);
    }

    /** Labels of the whole block. */
    int[] whole(int[] own) {
        int[] all = new int[own.length];
        Arrays.setAll(all, node -> labels[node][own[node]]);
        return all;
    }

    /** Whether times count, or memory alone. */
    boolean timed() {
        return coefficients[Quantity.TIME.ordinal()] > 0;
    }
}
