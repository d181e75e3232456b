package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * In which order the inner nodes of a block are eliminated, and into which tables: always the node of the least fill, or always that of
 * the smallest table, whichever adds up to less.
 */
final class EliminationPlan {
    /** Entries of a table that are too many to hold. */
    static final long LARGEST_TABLE = 1L << 23;

    private final Block block;
    private final int[] kept;
    private final List<Step> steps = new ArrayList<>();
    private final Step last;

    /**
     * One elimination: the tables with the node are added up and its best label is taken.
     *
     * @param node eliminated; -1 in the last step, which only adds up
     * @param scope nodes of the result, ascending
     * @param inputs tables: factors by number, then results of earlier steps
     * @param strides by input, then position in the scope; the node's own stride comes last
     */
    record Step(int node, int[] scope, int[] inputs, int[][] strides) {}

    private EliminationPlan(Block block, int[] kept) {
        this.block = block;
        this.kept = kept;
        List<Integer> leastFill = order(false);
        List<Integer> smallest = order(true);
        last = plan(entries(smallest) < entries(leastFill) ? smallest : leastFill);
    }

    /** Keeps the entries and exits. */
    static EliminationPlan of(Block block) {
        BitSet kept = new BitSet();
        kept.set(0, block.entries());
        for (int exit : block.exits()) {
            kept.set(exit);
        }
        return new EliminationPlan(block, kept.stream().toArray());
    }

    private BitSet inner() {
        BitSet inner = new BitSet();
        inner.set(0, block.nodes());
        for (int k : kept) {
            inner.clear(k);
        }
        return inner;
    }

    /** Nodes in the order of a greedy rule. */
    private List<Integer> order(boolean bySize) {
        List<int[]> scopes = new ArrayList<>();
        block.factors().forEach(f -> scopes.add(f.scope()));
        List<BitSet> neighbours = neighbours(scopes);
        BitSet left = inner();
        List<Integer> order = new ArrayList<>();
        while (!left.isEmpty()) {
            int node = next(left, neighbours, bySize);
            order.add(node);
            left.clear(node);
            BitSet around = neighbours.get(node);
            around.clear(node);
            around.stream().forEach(u -> {
                neighbours.get(u).or(around);
                neighbours.get(u).clear(node);
            });
        }
        return order;
    }

    /** Entries of all tables that an order adds up. */
    private double entries(List<Integer> order) {
        List<int[]> scopes = new ArrayList<>();
        block.factors().forEach(f -> scopes.add(f.scope()));
        List<BitSet> neighbours = neighbours(scopes);
        double sum = 0;
        for (int node : order) {
            BitSet around = neighbours.get(node);
            around.set(node);
            sum += around.stream().mapToDouble(block::labels).reduce(1, (a, b) -> a * b);
            around.clear(node);
            around.stream().forEach(u -> {
                neighbours.get(u).or(around);
                neighbours.get(u).clear(node);
            });
        }
        return sum;
    }

    private Step plan(List<Integer> order) {
        List<int[]> scopes = new ArrayList<>();
        block.factors().forEach(f -> scopes.add(f.scope()));
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < scopes.size(); i++) {
            open.add(i);
        }
        for (int node : order) {
            List<Integer> inputs =
                    open.stream().filter(t -> contains(scopes.get(t), node)).toList();
            BitSet scope = new BitSet();
            inputs.forEach(t -> set(scope, scopes.get(t)));
            scope.clear(node);
            Step step = step(block, node, scope.stream().toArray(), inputs, scopes);
            steps.add(step);
            open.removeAll(inputs);
            open.add(scopes.size());
            scopes.add(step.scope());
        }
        return step(block, -1, kept, open, scopes);
    }

    /** By node those that share a table with it. */
    private List<BitSet> neighbours(List<int[]> scopes) {
        List<BitSet> neighbours = new ArrayList<>();
        for (int node = 0; node < block.nodes(); node++) {
            neighbours.add(new BitSet());
        }
        for (int[] scope : scopes) {
            for (int node : scope) {
                set(neighbours.get(node), scope);
            }
        }
        return neighbours;
    }

    private int next(BitSet left, List<BitSet> neighbours, boolean bySize) {
        int best = -1;
        long bestFill = Long.MAX_VALUE;
        double bestSize = 0;
        for (int node = left.nextSetBit(0); node >= 0; node = left.nextSetBit(node + 1)) {
            BitSet around = (BitSet) neighbours.get(node).clone();
            around.set(node);
            long fill = 0;
            for (int u = bySize ? -1 : around.nextSetBit(0); u >= 0; u = around.nextSetBit(u + 1)) {
                BitSet missing = (BitSet) around.clone();
                missing.andNot(neighbours.get(u));
                missing.clear(u);
                fill += u == node ? 0 : missing.cardinality();
            }
            double size = around.stream().mapToDouble(block::labels).reduce(1, (a, b) -> a * b);
            if (fill < bestFill || fill == bestFill && size < bestSize) {
                best = node;
                bestFill = fill;
                bestSize = size;
            }
        }
        return best;
    }

    /** The step that adds up tables over a node and a scope. */
    static Step step(Block block, int node, int[] scope, List<Integer> inputs, List<int[]> scopes) {
        int[] numbers = inputs.stream().mapToInt(Integer::intValue).toArray();
        int[][] strides = new int[numbers.length][scope.length + 1];
        for (int i = 0; i < numbers.length; i++) {
            int[] own = scopes.get(numbers[i]);
            int stride = 1;
            for (int k = own.length - 1; k >= 0; k--) {
                strides[i][own[k] == node ? scope.length : position(scope, own[k])] = stride;
                stride *= block.labels(own[k]);
            }
        }
        double size = 1;
        for (int s : scope) {
            size *= block.labels(s);
        }
        if (size > LARGEST_TABLE) {
            throw new IllegalArgumentException(
                    "block '%s' needs a table of %.0f entries: give it fewer boundary nodes or labels"
                            .formatted(block, size));
        }
        return new Step(node, scope, numbers, strides);
    }

    private static int position(int[] scope, int node) {
        int k = 0;
        while (scope[k] != node) {
            k++;
        }
        return k;
    }

    private static boolean contains(int[] scope, int node) {
        for (int s : scope) {
            if (s == node) {
                return true;
            }
        }
        return false;
    }

    private static void set(BitSet bits, int[] nodes) {
        for (int node : nodes) {
            bits.set(node);
        }
    }

    Block block() {
        return block;
    }

    /** Entries and exits, ascending. */
    int[] kept() {
        return kept;
    }

    List<Step> steps() {
        return steps;
    }

    /** Adds up what is left over the kept nodes. */
    Step last() {
        return last;
    }
}
