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
 * @param joints of the entries and exits of the whole block
 * @param around the least priced sum of the other blocks, by place of those
 * @param pricedAlone whether other points do not count
 */
record Narrowed(
        Block block,
        int[][] labels,
        long[] coefficients,
        long[][] priced,
        Joints joints,
        long[] around,
        boolean pricedAlone) {
    /**
     * Nodes may have no label left.
     *
     * @param around least priced sums of the blocks around it by place of a joint label; {@link FixedPoint#INFINITE} where there is none
     * @param most priced sum that is looked for
     * @param pricedAlone whether points without a price go
     */
    static Narrowed of(PricedBlock priced, long[] around, long most, boolean pricedAlone) {
        Block whole = priced.block();
        int[][] labels = priced.atMost(around, most);
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
        return new Narrowed(
                block.withPoints(points),
                labels,
                coefficients,
                costs.toArray(long[][]::new),
                priced.joints(),
                around,
                pricedAlone);
    }

    /** The least priced sum of the other blocks, by place of a joint label of this one; of those that are left. */
    long[] outside(Joints left) {
        return outside(left, around);
    }

    /**
     * The same of other sums.
     *
     * @param around by place of a joint label of the whole block
     */
    long[] outside(Joints left, long[] around) {
        long[] outside = new long[left.size()];
        int[] own = new int[labels.length];
        for (int place = 0; place < outside.length; place++) {
            left.write(place, own);
            outside[place] = around[joints.place(whole(own))];
        }
        return outside;
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

    /** Tables at other prices with the labels that are left, by factor, then entry. */
    long[][] priced(PricedBlock other) {
        Block whole = other.block();
        long[][] left = new long[whole.factors().size()][];
        Arrays.setAll(
                left,
                f -> picked(
                        other.priced()[f], entries(whole, whole.factors().get(f).scope(), labels)));
        return left;
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
