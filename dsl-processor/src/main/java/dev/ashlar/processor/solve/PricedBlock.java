package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.stream.IntStream;

/** One block under prices: its tables, and the least sum for every joint label of its entries and exits. */
final class PricedBlock {
    private final EliminationPlan plan;
    private final Block block;
    private final long[] coefficients;
    private final long[][] priced;
    private final Elimination elimination;

    private PricedBlock(EliminationPlan plan, long[] coefficients, long[][] priced, Elimination elimination) {
        this.plan = plan;
        block = plan.block();
        this.coefficients = coefficients;
        this.priced = priced;
        this.elimination = elimination;
    }

    static PricedBlock of(EliminationPlan plan, long[] coefficients) {
        long[][] priced = plan.block().factors().stream()
                .map(f -> priced(f, coefficients))
                .toArray(long[][]::new);
        return new PricedBlock(plan, coefficients, priced, Elimination.run(plan, priced));
    }

    static long[] priced(Factor factor, long[] coefficients) {
        long[] priced = new long[factor.size()];
        for (int q : factor.used()) {
            long price = coefficients[q];
            long[] amounts = factor.amounts(q);
            for (int entry = 0; price > 0 && entry < priced.length; entry++) {
                priced[entry] = FixedPoint.add(priced[entry], FixedPoint.down(amounts[entry], price));
            }
        }
        for (int entry = 0; entry < priced.length; entry++) {
            if (factor.forbidden(entry)) {
                priced[entry] = FixedPoint.INFINITE;
            }
        }
        return priced;
    }

    /** Table entries that were added up. */
    long additions() {
        return elimination.additions();
    }

    Block block() {
        return block;
    }

    /** What one unit of every quantity costs. */
    long[] coefficients() {
        return coefficients;
    }

    /** By factor, then entry. */
    long[][] priced() {
        return priced;
    }

    /** The priced sum of labels by node; {@link FixedPoint#INFINITE} if they are forbidden. */
    long sum(int[] labels) {
        long sum = 0;
        for (int f = 0; f < priced.length; f++) {
            sum = FixedPoint.add(sum, priced[f][block.factors().get(f).entry(block, labels)]);
        }
        return sum;
    }

    /** What the tables over a node add to the priced sum. */
    long sum(int[] labels, int node) {
        long sum = 0;
        for (int f : block.factorsOf(node)) {
            sum = FixedPoint.add(sum, priced[f][block.factors().get(f).entry(block, labels)]);
        }
        return sum;
    }

    /** What the labels of entries and exits may be. */
    Joints joints() {
        return plan.joints();
    }

    /** By place of a joint label; not to be written. */
    long[] least() {
        return elimination.values();
    }

    /** Sets the inner labels that attain the least sum for the boundary labels that are set. */
    void complete(int[] labels) {
        elimination.complete(labels);
    }

    /** See {@link Elimination#near}. */
    boolean near(int[] labels, long more, Elimination.Visitor visitor) {
        return elimination.near(labels, more, visitor);
    }

    /**
     * Labels with which some sum of the whole chain is at most {@code most}, by node.
     *
     * @param outside what the other blocks add, by place of a joint label
     */
    int[][] atMost(long[] outside, long most) {
        return Arrays.stream(byLabel(outside))
                .map(least -> IntStream.range(0, least.length)
                        .filter(label -> least[label] <= most)
                        .toArray())
                .toArray(int[][]::new);
    }

    /**
     * The least sum of the whole chain by node and label; {@link FixedPoint#INFINITE} if there is none.
     *
     * @param outside what the other blocks add, by place of a joint label
     */
    long[][] byLabel(long[] outside) {
        return elimination.leastByLabel(outside);
    }

    boolean prices(Block other, long[] otherCoefficients) {
        return block == other && Arrays.equals(coefficients, otherCoefficients);
    }
}
