package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;

/** Least priced sums of one block: over its entries and exits, and with every label of every other node. */
final class CheckedBlock {
    /** Joint labels of a table that is only made where there is no other way. */
    private static final int LARGE = 1 << 21;

    private static final double TOO_LARGE = 1e30;

    private final Block block;
    private final long[] coefficients;
    private final BitSet[] allowed;
    private final CheckedLabels labels;
    private final List<CheckedScope> scopes;
    private final List<long[]> costs;
    private final int[] cards;
    private final int[] shared;
    private final List<Step> steps = new ArrayList<>();
    private final List<CheckedTable> last;
    private final CheckedTable least;

    /** A node that is eliminated, the tables with it, and what is left of them. */
    private record Step(int node, List<CheckedTable> inputs, CheckedTable result) {}

    /**
     * @param coefficients what makes two uses of a block the same
     * @param costs of some entries of a factor
     * @param allowed labels by node
     * @throws ArithmeticException if a table is too large
     */
    CheckedBlock(Block block, long[] coefficients, BiFunction<Factor, int[], long[]> costs, BitSet[] allowed) {
        this.block = block;
        this.coefficients = coefficients;
        this.allowed = allowed;
        TreeSet<Integer> kept = new TreeSet<>();
        for (int node = 0; node < block.entries(); node++) {
            kept.add(node);
        }
        Arrays.stream(block.exits()).forEach(kept::add);
        shared = kept.stream().mapToInt(Integer::intValue).toArray();
        labels = new CheckedLabels(block, allowed, shared);
        cards = labels.cards();
        BitSet left = new BitSet();
        left.set(0, cards.length);
        kept.forEach(left::clear);
        scopes = CheckedScope.of(block, labels, left);
        this.costs = new ArrayList<>();
        List<CheckedTable> open = new ArrayList<>();
        for (int f = 0; f < scopes.size(); f++) {
            this.costs.add(costs.apply(block.factors().get(f), scopes.get(f).entries()));
            open.add(new CheckedTable(scopes.get(f).nodes(), this.costs.get(f)));
        }
        for (int node = 0; node < cards.length; node++) {
            open.add(allowed(node));
        }
        double[] ranks = new double[cards.length];
        left.stream().forEach(node -> ranks[node] = rank(node, open));
        while (!left.isEmpty()) {
            int node = left.stream()
                    .boxed()
                    .min(Comparator.comparingDouble(n -> ranks[n]))
                    .orElseThrow();
            left.clear(node);
            int[] around = eliminate(node, open);
            Arrays.stream(around).filter(left::get).forEach(n -> ranks[n] = rank(n, open));
        }
        last = open;
        least = CheckedTable.least(cards, last, shared);
    }

    /** Zero for the labels that are allowed. */
    private CheckedTable allowed(int node) {
        long[] values = new long[cards[node]];
        Arrays.setAll(values, at -> allowed[node].get(labels.label(node, at)) ? 0 : CheckedTable.FORBIDDEN);
        return new CheckedTable(new int[] {node}, values);
    }

    /** The nodes around it. */
    private int[] eliminate(int node, List<CheckedTable> open) {
        List<CheckedTable> inputs = open.stream().filter(t -> t.has(node)).toList();
        int[] scope =
                Arrays.stream(CheckedTable.nodes(inputs)).filter(n -> n != node).toArray();
        CheckedTable result = CheckedTable.least(cards, inputs, scope);
        steps.add(new Step(node, inputs, result));
        open.removeAll(inputs);
        open.add(result);
        return scope;
    }

    /**
     * How many joint labels the tables with a node have, were what one allows independent of another. The node with the fewest is next, if
     * the result is not too large.
     */
    private double rank(int node, List<CheckedTable> open) {
        List<CheckedTable> tables = open.stream().filter(t -> t.has(node)).toList();
        double joint = Arrays.stream(CheckedTable.nodes(tables))
                .mapToDouble(n -> cards[n])
                .reduce(1, (a, b) -> a * b);
        double rank = joint > (double) LARGE * cards[node] ? TOO_LARGE * joint : joint;
        return tables.stream().mapToDouble(CheckedTable::allowedShare).reduce(rank, (a, b) -> a * b);
    }

    boolean is(Block other, long[] otherCoefficients, BitSet[] otherAllowed) {
        return block == other && Arrays.equals(coefficients, otherCoefficients) && Arrays.equals(allowed, otherAllowed);
    }

    /** Entries and exits, ascending. */
    int[] shared() {
        return shared;
    }

    /** By joint label of the shared nodes. */
    long[] least() {
        return least.values();
    }

    /**
     * Labels of nodes that are not shared with which some sum is below a limit.
     *
     * @param outside what is added by joint label of the shared nodes
     * @return by node; empty sets for shared nodes
     */
    BitSet[] below(long[] outside, long limit) {
        BitSet[] below = new BitSet[cards.length];
        Arrays.setAll(below, n -> new BitSet());
        downwards(outside, (step, rest, byLabel) -> {
            long[] sums = byLabel.values();
            for (int at = 0; at < sums.length; at++) {
                below[step.node()].set(labels.label(step.node(), at), sums[at] < limit);
            }
        });
        return below;
    }

    private interface Visitor {
        /**
         * A step.
         *
         * @param rest what all that is not in its result comes to at least, by joint label of the nodes around it
         * @param byLabel what all comes to at least, by label of its node
         */
        void visit(Step step, CheckedTable rest, CheckedTable byLabel);
    }

    /** Visits the steps from the last one on. */
    private void downwards(long[] outside, Visitor visitor) {
        Map<CheckedTable, CheckedTable> rests = new IdentityHashMap<>();
        for (Step step : steps) {
            rests.put(step.result(), CheckedTable.empty(cards, new int[0]));
        }
        List<CheckedTable> above = new ArrayList<>(last);
        above.add(new CheckedTable(shared, outside));
        CheckedSweep.lower(cards, above, results(above, rests));
        for (int s = steps.size() - 1; s >= 0; s--) {
            Step step = steps.get(s);
            CheckedTable rest = Objects.requireNonNull(rests.remove(step.result()));
            List<CheckedTable> all = new ArrayList<>(step.inputs());
            all.add(rest);
            CheckedTable byLabel = CheckedTable.empty(cards, new int[] {step.node()});
            List<CheckedSweep.Target> targets = new ArrayList<>(results(all, rests));
            targets.add(new CheckedSweep.Target(byLabel, -1));
            CheckedSweep.lower(cards, all, targets);
            visitor.visit(step, rest, byLabel);
        }
    }

    /** Those of some tables that are results of steps are to be lowered, each to what the others come to. */
    private List<CheckedSweep.Target> results(List<CheckedTable> tables, Map<CheckedTable, CheckedTable> rests) {
        List<CheckedSweep.Target> targets = new ArrayList<>();
        for (int t = 0; t < tables.size(); t++) {
            CheckedTable table = tables.get(t);
            if (rests.containsKey(table)) {
                CheckedTable rest = CheckedTable.empty(cards, table.scope());
                rests.put(table, rest);
                targets.add(new CheckedSweep.Target(rest, t));
            }
        }
        return targets;
    }

    /**
     * What the block can come to, by joint label of the shared nodes.
     *
     * @param outside what other blocks cost at least, by the same
     * @param limit on what the whole chain costs
     * @param tried is told how many sums are made
     */
    List<List<long[]>> options(long[] outside, boolean timed, long limit, LongConsumer tried) {
        List<Integer> order = steps.stream().map(Step::node).toList();
        List<CheckedTable> rest = new ArrayList<>();
        downwards(outside, (step, table, byLabel) -> rest.add(0, table));
        return new CheckedOptions(block, labels, scopes, costs, allowed, timed, limit, tried)
                .list(order, rest, shared, new CheckedTable(shared, outside));
    }
}
