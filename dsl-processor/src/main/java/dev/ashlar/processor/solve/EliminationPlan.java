package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order the inner nodes of a block are eliminated, and into which tables. Only joint labels that no table forbids are listed,
 * once for all prices: operators and the tensors between them agree on few of all pairs. A node whose label another decides, and which
 * decides about that one, goes first. Then always the node whose tables have few joint labels, as far as that can be told from how often
 * every label is allowed, and bring few others together.
 */
final class EliminationPlan {
    /** Entries of a table that are too many to hold. */
    static final long LARGEST_TABLE = 1L << 23;

    /** Rows that are few enough for any block. */
    private static final int LEAST_ROWS = 1 << 14;

    /** Inputs of a step that are added up row by row. */
    private static final int DIRECT = 3;

    /** How often an entry is read at least, as far as that can be told, for others to be added to it before. */
    private static final int OFTEN = 2;

    private final Block block;
    private final int mostRows;
    private final List<Step> steps;
    private final Step last;
    private final Joints joints;

    /**
     * How much there may be to go through.
     *
     * @param mostRows of one step
     * @param mostOfAll of all steps
     */
    private record Limits(int mostRows, long mostOfAll) {
        static final Limits NONE = new Limits(Join.MOST_ROWS, Long.MAX_VALUE);
    }

    /**
     * One elimination: the tables with the node are added up and its best label is taken. A row is a joint label of the node and the
     * result.
     *
     * @param node eliminated; -1 in steps that only add up, with one row for every entry but in the last step
     * @param scope nodes of the result, ascending
     * @param joint labels of the result's entries, by node of the scope, then entry
     * @param starts of the rows of every entry, and their end
     * @param labels of the node, by row, ascending for an entry
     * @param inputs tables: factors by number, then results of earlier steps
     * @param at by input, then row: the entry of a factor, or the place of an entry in the result of a step
     */
    record Step(int node, int[] scope, char[][] joint, int[] starts, char[] labels, int[] inputs, int[][] at) {
        int entries() {
            return starts.length - 1;
        }

        int rows() {
            return labels.length;
        }

        boolean isElimination() {
            return node >= 0;
        }
    }

    /**
     * @param adds whether what small tables add to a large one is added once, and not for every row
     * @param order of nodes that is tried where no node decides about another; empty for the best that is seen
     */
    private EliminationPlan(Block block, int[] kept, Limits limits, boolean adds, int[] order) {
        this.block = block;
        mostRows = limits.mostRows();
        steps = new ArrayList<>();
        OpenTables tables = new OpenTables(block);
        BitSet left = new BitSet();
        left.set(0, block.nodes());
        Arrays.stream(kept).forEach(left::clear);
        while (!left.isEmpty()) {
            int node = tables.matching(left)
                    .map(matching -> tables.merged(matching, left))
                    .orElseGet(() -> order.length > 0 ? first(left, order) : tables.next(left));
            left.clear(node);
            List<Integer> inputs = tables.with(node);
            BitSet scope = new BitSet();
            inputs.forEach(t -> scope.or(tables.get(t).nodes()));
            scope.clear(node);
            if (adds && inputs.size() > DIRECT) {
                inputs = added(inputs, tables.rows(node) / OFTEN, tables);
            }
            add(step(node, scope.stream().toArray(), inputs, tables.telling(inputs, scope)), tables);
            if (rows() > limits.mostOfAll()) {
                throw new TooManyRows();
            }
        }
        last = step(-1, kept, tables.all(), tables.get(tables.all()));
        joints = new Joints(block, kept, last.joint(), last.entries());
    }

    /** Puts the result of a step into the place of its inputs. */
    private void add(Step step, OpenTables tables) {
        steps.add(step);
        int[] places = new int[step.entries()];
        Arrays.setAll(places, e -> e);
        tables.replace(step.inputs(), SparseTable.of(block, step.scope(), step.joint(), places));
    }

    /** Adds to tables of few entries those over some of their nodes alone; what is to be added up then. */
    private List<Integer> added(List<Integer> inputs, double few, OpenTables tables) {
        List<Integer> largestFirst = new ArrayList<>(inputs);
        largestFirst.sort(Comparator.comparingInt(t -> -tables.get(t).size()));
        Map<Integer, List<Integer>> within = new LinkedHashMap<>();
        for (int t : largestFirst) {
            int large = t;
            for (int other : within.keySet()) {
                large = tables.get(t).isWithin(tables.get(other).nodes()) ? other : large;
            }
            within.computeIfAbsent(large, k -> new ArrayList<>()).add(t);
        }
        List<Integer> left = new ArrayList<>();
        within.forEach((large, all) -> {
            if (all.size() == 1 || tables.get(large).size() > few) {
                left.addAll(all);
            } else {
                left.add(tables.count());
                add(step(-1, tables.get(large).scope(), all, tables.get(all)), tables);
            }
        });
        return left;
    }

    private EliminationPlan(Block block, EliminationPlan like) {
        this.block = block;
        mostRows = like.mostRows;
        steps = like.steps;
        last = like.last;
        joints = like.joints;
    }

    /**
     * The same for a block of which more is forbidden.
     *
     * @param fewer with the same tables
     */
    EliminationPlan with(Block fewer) {
        return new EliminationPlan(fewer, this);
    }

    /**
     * Keeps the entries and exits.
     *
     * @throws IllegalArgumentException if a table has too many entries
     */
    static EliminationPlan of(Block block) {
        return of(block, Limits.NONE, true, new int[0]);
    }

    /**
     * The same with other limits, and with steps alone that eliminate a node.
     *
     * @param mostRows of one step
     * @param mostOfAll of all steps
     * @throws IllegalArgumentException if there are more
     */
    static EliminationPlan of(Block block, int mostRows, long mostOfAll) {
        return of(block, new Limits(mostRows, mostOfAll), false, new int[0]);
    }

    /**
     * That of a block with some of the labels of another one: where the order that looks best has more rows, the order of that one.
     *
     * @param whole of the block with all labels
     */
    static EliminationPlan of(Block block, EliminationPlan whole) {
        int most = whole.steps.stream().mapToInt(Step::rows).max().orElse(0);
        try {
            Limits limits = new Limits(Math.max(most, LEAST_ROWS), Math.max(whole.rows(), LEAST_ROWS));
            return of(block, limits, true, new int[0]);
        } catch (TooManyRows e) {
            int[] order = whole.steps.stream()
                    .filter(Step::isElimination)
                    .mapToInt(Step::node)
                    .toArray();
            return of(block, Limits.NONE, true, order);
        }
    }

    /** Of all steps. */
    long rows() {
        return steps.stream().mapToLong(Step::rows).sum();
    }

    private static EliminationPlan of(Block block, Limits limits, boolean adds, int[] order) {
        BitSet kept = new BitSet();
        kept.set(0, block.entries());
        for (int exit : block.exits()) {
            kept.set(exit);
        }
        try {
            return new EliminationPlan(block, kept.stream().toArray(), limits, adds, order);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("block '" + block + "' has too many labels at its boundaries", e);
        }
    }

    private static int first(BitSet left, int[] order) {
        return Arrays.stream(order).filter(left::get).findFirst().orElseThrow();
    }

    /** @param joined the inputs, and others that tell which rows are allowed */
    private Step step(int node, int[] scope, List<Integer> inputs, List<SparseTable> joined) {
        Join join = new Join(block, node, scope, joined, mostRows);
        int rows = join.rows();
        // Rows come by label; by their entries first they keep that order.
        int[] order = SparseTable.sorted(
                rows, join.joint(), Arrays.stream(scope).map(block::labels).toArray());
        int[] starts = starts(join.joint(), order);
        int entries = starts.length - 1;
        char[] labels = SparseTable.picked(join.labels(), order);
        int[][] at = new int[inputs.size()][];
        for (int i = 0; i < at.length; i++) {
            at[i] = picked(joined.get(i).entries(), join.at()[i], order);
        }
        int[] firsts = new int[entries];
        Arrays.setAll(firsts, e -> order[starts[e]]);
        char[][] joint = Arrays.stream(join.joint(), 0, scope.length)
                .map(column -> SparseTable.picked(column, firsts))
                .toArray(char[][]::new);
        int[] numbers = inputs.stream().mapToInt(Integer::intValue).toArray();
        return new Step(node, scope, joint, starts, labels, numbers, at);
    }

    private static int[] picked(int[] entries, int[] from, int[] order) {
        int[] picked = new int[order.length];
        for (int k = 0; k < picked.length; k++) {
            picked[k] = entries[from[order[k]]];
        }
        return picked;
    }

    /** Where rows in an order begin to differ in some columns, and their number. */
    private static int[] starts(char[][] columns, int[] order) {
        boolean[] first = new boolean[order.length + 1];
        first[0] = true;
        for (char[] column : columns) {
            compare(column, order, first);
        }
        first[order.length] = true;
        return Factor.places(first, true);
    }

    private static void compare(char[] column, int[] order, boolean[] differs) {
        for (int k = 1; k < order.length; k++) {
            differs[k] |= column[order[k]] != column[order[k - 1]];
        }
    }

    Block block() {
        return block;
    }

    List<Step> steps() {
        return steps;
    }

    /** Adds up what is left over the kept nodes. */
    Step last() {
        return last;
    }

    /** What the kept nodes' labels may be. */
    Joints joints() {
        return joints;
    }
}
