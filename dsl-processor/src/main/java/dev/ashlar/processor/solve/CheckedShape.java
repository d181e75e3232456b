package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What of summing up a block depends on no prices: which labels are counted, by which nodes the tables are looked up, in which order nodes
 * are eliminated, and the joint labels that are allowed on the way.
 *
 * <p>Tables have numbers: first those of the block, then one for every node that says which of its labels are allowed, then the results of
 * the steps. Of the last ones only what is allowed has a place.
 */
final class CheckedShape {
    /** Joint labels of a table that is only made where there is no other way. */
    private static final int LARGE = 1 << 21;

    private static final double TOO_LARGE = 1e30;

    /** The part of the heap that the rows of one shape may take: what is listed anew is slower, and the same. */
    private static final int SHARE = 16;

    private final CheckedLabels labels;
    private final List<CheckedScope> scopes;
    private final int[] cards;
    private final int[] shared;
    private final List<Step> steps = new ArrayList<>();
    private final Step last;
    private final List<CheckedSupport> tables = new ArrayList<>();
    private long leftBytes = Runtime.getRuntime().maxMemory() / SHARE;

    /** Inputs of a step that are added up row by row. */
    private static final int DIRECT = 2;

    /** How often an entry is read at least, as far as that can be told, for others to be added to it before. */
    private static final int OFTEN = 2;

    /**
     * A node that is eliminated, and what is left of the tables with it.
     *
     * @param node -1 of a step that only sums up, as the last one does
     * @param inputs tables by number
     * @param scope nodes of the result, ascending
     */
    record Step(int node, int[] inputs, int[] scope, CheckedRows rows) {
        /** The least sums. */
        long[] least(List<long[]> tables) {
            return rows.least(Arrays.stream(inputs).mapToObj(tables::get).toArray(long[][]::new));
        }
    }

    /**
     * @param allowed labels by node
     * @throws ArithmeticException if a table is too large
     */
    CheckedShape(Block block, BitSet[] allowed) {
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
        List<Integer> open = new ArrayList<>();
        for (int f = 0; f < scopes.size(); f++) {
            add(support(block.factors().get(f), scopes.get(f)), open);
        }
        for (int node = 0; node < cards.length; node++) {
            add(allowed(node, allowed[node]), open);
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
        last = step(-1, shared, open, false);
        tables.subList(0, scopes.size()).clear();
        tables.subList(cards.length, tables.size()).clear();
    }

    private void add(CheckedSupport table, List<Integer> open) {
        open.add(tables.size());
        tables.add(table);
    }

    private static CheckedSupport support(Factor factor, CheckedScope scope) {
        int[] entries = scope.entries();
        BitSet allowed = new BitSet(entries.length);
        for (int at = 0; at < entries.length; at++) {
            allowed.set(at, entries[at] >= 0 && !factor.forbidden(entries[at]));
        }
        return new CheckedSupport(scope.nodes(), entries.length, allowed);
    }

    private CheckedSupport allowed(int node, BitSet allowed) {
        BitSet counted = new BitSet();
        for (int at = 0; at < cards[node]; at++) {
            counted.set(at, allowed.get(labels.label(node, at)));
        }
        return new CheckedSupport(new int[] {node}, cards[node], counted);
    }

    private List<Integer> with(int node, List<Integer> open) {
        return open.stream().filter(t -> tables.get(t).has(node)).toList();
    }

    private int[] nodes(List<Integer> numbers) {
        return CheckedSupport.nodes(numbers.stream().map(tables::get).toList());
    }

    /** The nodes around it. */
    private int[] eliminate(int node, List<Integer> open) {
        List<Integer> inputs = with(node, open);
        int[] scope = Arrays.stream(nodes(inputs)).filter(n -> n != node).toArray();
        add(step(node, scope, inputs.size() > DIRECT ? summedUp(node, inputs, open) : inputs, true), open);
        return scope;
    }

    private void add(Step step, List<Integer> open) {
        steps.add(step);
        Arrays.stream(step.inputs()).forEach(t -> open.remove((Integer) t));
        add(step.rows().support(), open);
    }

    private Step step(int node, int[] scope, List<Integer> inputs, boolean packed) {
        List<CheckedSupport> support = inputs.stream().map(tables::get).toList();
        CheckedTable.requireSmall(cards, nodes(inputs));
        int[] numbers = inputs.stream().mapToInt(Integer::intValue).toArray();
        CheckedRows rows = new CheckedRows(cards, support, scope, packed, leftBytes);
        leftBytes -= rows.bytes();
        return new Step(node, numbers, scope, rows);
    }

    /**
     * Adds tables to those that speak of all their nodes and more, once and not in every row of the step that eliminates a node.
     *
     * @return what that step is to add up; the node's own table, which tells what comes to its labels, as it is
     */
    private List<Integer> summedUp(int node, List<Integer> inputs, List<Integer> open) {
        int own = scopes.size() + node;
        double rows = joint(inputs, labels(inputs));
        List<Integer> largestFirst = inputs.stream()
                .filter(t -> t != own)
                .sorted(Comparator.comparingInt(t -> -tables.get(t).size()))
                .toList();
        Map<Integer, List<Integer>> within = new LinkedHashMap<>();
        for (int t : largestFirst) {
            int large = within.keySet().stream()
                    .filter(l -> Arrays.stream(tables.get(t).scope())
                            .allMatch(n -> tables.get(l).has(n)))
                    .findFirst()
                    .orElse(t);
            within.computeIfAbsent(large, k -> new ArrayList<>()).add(t);
        }
        List<Integer> left = new ArrayList<>(List.of(own));
        within.forEach((large, all) -> {
            if (all.size() == 1 || OFTEN * tables.get(large).allowed().cardinality() > rows) {
                left.addAll(all);
            } else {
                left.add(tables.size());
                add(step(-1, tables.get(large).scope(), all, true), open);
            }
        });
        return left;
    }

    /**
     * How many joint labels the tables with a node have, were what one allows independent of another. The node with the fewest is next, if
     * the result is not too large.
     */
    private double rank(int node, List<Integer> open) {
        List<Integer> with = with(node, open);
        double labels = labels(with);
        return joint(with, labels > (double) LARGE * cards[node] ? TOO_LARGE * labels : labels);
    }

    /** How many joint labels the nodes of some tables have. */
    private double labels(List<Integer> numbers) {
        return Arrays.stream(nodes(numbers)).mapToDouble(n -> cards[n]).reduce(1, (a, b) -> a * b);
    }

    /** How many of so many joint labels are allowed, as far as that can be told. */
    private double joint(List<Integer> numbers, double labels) {
        return numbers.stream().mapToDouble(t -> tables.get(t).share()).reduce(labels, (a, b) -> a * b);
    }

    CheckedLabels labels() {
        return labels;
    }

    /** Of the block's tables. */
    List<CheckedScope> scopes() {
        return scopes;
    }

    /** Labels that are counted, by node. */
    int[] cards() {
        return cards;
    }

    /** Entries and exits, ascending. */
    int[] shared() {
        return shared;
    }

    /** By node zero for the labels that are allowed. */
    List<long[]> allowed() {
        List<long[]> values = new ArrayList<>();
        for (CheckedSupport table : tables) {
            long[] own = new long[table.size()];
            Arrays.setAll(own, at -> table.allowed().get(at) ? 0 : CheckedTable.FORBIDDEN);
            values.add(own);
        }
        return values;
    }

    List<Step> steps() {
        return steps;
    }

    /** Sums up what is left over the shared nodes. */
    Step last() {
        return last;
    }

    /** The number of the result of the first step. */
    int firstResult() {
        return scopes.size() + cards.length;
    }
}
