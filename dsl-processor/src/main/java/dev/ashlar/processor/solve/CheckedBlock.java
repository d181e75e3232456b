package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.CheckedShape.Step;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Least priced sums of one block: over its entries and exits, and with every label of every other node. */
final class CheckedBlock {
    private final Block block;
    private final long[] coefficients;
    private final BitSet[] allowed;
    private final CheckedShape shape;
    private final BiFunction<Factor, int[], long[]> prices;
    private final List<long[]> costs;
    /** By the numbers of the shape; made again where the heap is too small to keep those of all blocks. */
    private SoftReference<List<long[]>> tables;

    private final long[] least;

    /**
     * @param shape of the block with the labels that are allowed
     * @param coefficients what makes two uses of a block the same
     * @param prices costs of some entries of a factor
     * @param allowed labels by node
     */
    CheckedBlock(
            Block block,
            CheckedShape shape,
            long[] coefficients,
            BiFunction<Factor, int[], long[]> prices,
            BitSet[] allowed) {
        this.block = block;
        this.shape = shape;
        this.coefficients = coefficients;
        this.allowed = allowed;
        this.prices = prices;
        costs = costs(prices);
        List<long[]> all = tables(costs);
        tables = new SoftReference<>(all);
        least = shape.last().least(all);
    }

    private List<long[]> costs(BiFunction<Factor, int[], long[]> of) {
        List<long[]> costs = new ArrayList<>();
        for (int f = 0; f < shape.scopes().size(); f++) {
            costs.add(of.apply(block.factors().get(f), shape.scopes().get(f).entries()));
        }
        return costs;
    }

    private List<long[]> tables(List<long[]> costs) {
        List<long[]> tables = new ArrayList<>(costs);
        tables.addAll(shape.allowed());
        for (Step step : shape.steps()) {
            tables.add(step.least(tables));
        }
        return tables;
    }

    private List<long[]> tables() {
        List<long[]> known = tables.get();
        if (known == null) {
            known = tables(costs);
            tables = new SoftReference<>(known);
        }
        return known;
    }

    boolean is(Block other, long[] otherCoefficients, BitSet[] otherAllowed) {
        return block == other && Arrays.equals(coefficients, otherCoefficients) && Arrays.equals(allowed, otherAllowed);
    }

    /** Entries and exits, ascending. */
    int[] shared() {
        return shape.shared();
    }

    /** By joint label of the shared nodes. */
    long[] least() {
        return least;
    }

    /**
     * Labels of nodes that are not shared with which some sum is below a limit.
     *
     * @param outside what is added by joint label of the shared nodes
     * @return by node; empty sets for shared nodes
     */
    BitSet[] below(long[] outside, long limit) {
        BitSet[] below = new BitSet[shape.cards().length];
        Arrays.setAll(below, n -> new BitSet());
        downwards(tables(), outside, (step, rest, byLabel) -> {
            for (int at = 0; at < byLabel.length; at++) {
                below[step.node()].set(shape.labels().label(step.node(), at), byLabel[at] < limit);
            }
        });
        return below;
    }

    private interface Visitor {
        /**
         * A step.
         *
         * @param rest what all that is not in its result comes to at least, by place in it
         * @param byLabel what all comes to at least, by label of its node
         */
        void visit(Step step, long[] rest, long[] byLabel);
    }

    /** Visits the steps from the last one on. */
    private void downwards(List<long[]> tables, long[] outside, Visitor visitor) {
        long[][] lowered = new long[tables.size()][0];
        lower(tables, shape.last(), outside, lowered);
        for (int s = shape.steps().size() - 1; s >= 0; s--) {
            Step step = shape.steps().get(s);
            long[] rest = lowered[shape.firstResult() + s];
            lower(tables, step, rest, lowered);
            if (step.node() >= 0) {
                visitor.visit(step, rest, lowered[shape.scopes().size() + step.node()]);
            }
            lowered[shape.firstResult() + s] = new long[0];
        }
    }

    private static long[] none(int size) {
        long[] none = new long[size];
        Arrays.fill(none, CheckedTable.FORBIDDEN);
        return none;
    }

    /**
     * Lowers what all that is not in an input of a step comes to, for inputs that are results and for the table of its node.
     *
     * @param rest of the step
     * @param lowered by table
     */
    private void lower(List<long[]> tables, Step step, long[] rest, long[][] lowered) {
        int[] inputs = step.inputs();
        long[][] values = Arrays.stream(inputs).mapToObj(tables::get).toArray(long[][]::new);
        int node = shape.scopes().size() + step.node();
        int[] targets = IntStream.range(0, inputs.length)
                .filter(i -> inputs[i] >= shape.firstResult() || step.node() >= 0 && inputs[i] == node)
                .toArray();
        for (int i : targets) {
            lowered[inputs[i]] = none(values[i].length);
        }
        long[] sums = new long[step.rows().longest()];
        step.rows().visit((at, rows) -> {
            for (int row = 0; row < rows; row++) {
                sums[row] = rest[at[inputs.length][row]];
            }
            CheckedRows.addUp(at, rows, values, sums);
            for (int i : targets) {
                lower(at[i], rows, sums, values[i], lowered[inputs[i]]);
            }
        });
    }

    private static void lower(int[] at, int rows, long[] sums, long[] values, long[] lowered) {
        for (int row = 0; row < rows; row++) {
            if (sums[row] < CheckedTable.FORBIDDEN) {
                int place = at[row];
                lowered[place] = Math.min(lowered[place], sums[row] - values[place]);
            }
        }
    }

    /**
     * Other prices.
     *
     * @param costs of some entries of a factor
     * @param outside what other blocks cost at least, by joint label of the shared nodes
     */
    record Other(BiFunction<Factor, int[], long[]> costs, long[] outside) {}

    /**
     * What the block can come to, by joint label of the shared nodes.
     *
     * @param outside what other blocks cost at least, by the same
     * @param measure of what counts
     * @param others prices at which what counts comes to no less either
     * @param limit on what the whole chain costs
     * @param tried is told how many sums are made
     */
    List<List<long[]>> options(
            long[] outside, CheckedMeasure measure, List<Other> others, long limit, LongConsumer tried) {
        BitSet[] left = left(outside, limit);
        CheckedBlock fewer = Arrays.equals(left, allowed)
                ? this
                : new CheckedBlock(block, new CheckedShape(block, left), coefficients, prices, left);
        return fewer.listed(outside, measure, others, limit, tried);
    }

    /** Labels with which some sum is below a limit. */
    private BitSet[] left(long[] outside, long limit) {
        BitSet[] left = below(outside, limit);
        int[] cards = shape.cards();
        for (int k = 0; k < least.length; k++) {
            int rest = k;
            for (int i = shape.shared().length - 1; i >= 0 && CheckedTable.add(least[k], outside[k]) < limit; i--) {
                int node = shape.shared()[i];
                left[node].set(rest % cards[node]);
                rest /= cards[node];
            }
        }
        return left;
    }

    private List<List<long[]>> listed(
            long[] outside, CheckedMeasure measure, List<Other> others, long limit, LongConsumer tried) {
        List<Integer> order =
                shape.steps().stream().map(Step::node).filter(n -> n >= 0).toList();
        List<List<long[]>> costs = new ArrayList<>(List.of(this.costs));
        CheckedRest[] rest = new CheckedRest[shape.cards().length];
        downwards(
                tables(),
                outside,
                (step, values, byLabel) ->
                        rest[step.node()] = CheckedRest.of(step.rows().support(), values, limit));
        CheckedRest around = CheckedRest.of(shape.last().rows().support(), outside, limit);
        for (Other other : others) {
            List<long[]> own = costs(other.costs());
            costs.add(own);
            downwards(
                    tables(own),
                    other.outside(),
                    (step, values, byLabel) -> rest[step.node()] = rest[step.node()].and(values, limit));
            around = around.and(other.outside(), limit);
        }
        return new CheckedOptions(block, shape.labels(), shape.scopes(), costs, allowed, measure, limit, tried)
                .list(order, order.stream().map(node -> rest[node]).toList(), around);
    }
}
