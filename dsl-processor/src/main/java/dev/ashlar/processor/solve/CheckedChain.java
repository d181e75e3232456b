package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongConsumer;

/** Least priced sums of the whole chain: the bound, and with every label. Blocks that are used alike are summed up once. */
final class CheckedChain {
    private final Problem problem;
    private final CheckedShapes shapes;
    private final BitSet[] allowed;
    private final List<CheckedBlock> distinct;
    private final List<long[]> least;
    private final int[] numbers;
    private final long[][] before;
    private final long[][] after;

    /**
     * @param allowed labels by variable
     * @throws ArithmeticException if a price of an entry leaves a long or a table is too large
     */
    CheckedChain(Problem problem, CheckedShapes shapes, CheckedPrices prices, BitSet[] allowed) {
        this(problem, shapes, prices, allowed, new ArrayList<>(), new ArrayList<>());
    }

    /** @param known blocks, and what they come to at least, by number */
    private CheckedChain(
            Problem problem,
            CheckedShapes shapes,
            CheckedPrices prices,
            BitSet[] allowed,
            List<CheckedBlock> known,
            List<long[]> least) {
        this.problem = problem;
        this.shapes = shapes;
        this.allowed = allowed;
        this.least = least;
        distinct = known;
        int n = problem.blocks().size();
        numbers = new int[n];
        for (int b = 0; b < n; b++) {
            numbers[b] = number(b, prices);
        }
        distinct.stream().skip(least.size()).forEach(block -> least.add(block.least()));
        before = new long[n + 1][];
        after = new long[n + 1][];
        pass();
    }

    /** The same at other prices; blocks that cost the same there come to as much as is known here. Numbers stay, and more may come. */
    CheckedChain at(CheckedPrices prices) {
        return new CheckedChain(problem, shapes, prices, allowed, new ArrayList<>(distinct), new ArrayList<>(least));
    }

    private void pass() {
        int n = numbers.length;
        before[0] = new long[] {0};
        after[n] = new long[] {0};
        for (int b = 0; b < n; b++) {
            before[b + 1] = pass(b, before[b], true);
        }
        for (int b = n - 1; b >= 0; b--) {
            after[b] = pass(b, after[b + 1], false);
        }
    }

    /** How many blocks are used differently. */
    int distinct() {
        return distinct.size();
    }

    /** Takes down that blocks of a number come to more, by joint label of their shared nodes. */
    void raise(int number, long[] higher) {
        least.set(number, higher);
        pass();
    }

    /** What blocks of a number come to at least, by joint label of their shared nodes. */
    long[] least(int number) {
        return least.get(number);
    }

    private int number(int b, CheckedPrices prices) {
        Block block = problem.blocks().get(b);
        BitSet[] own = new BitSet[block.nodes()];
        Arrays.setAll(own, node -> allowed[problem.variable(b, node)]);
        long[] coefficients = prices.coefficients(b);
        for (int c = 0; c < distinct.size(); c++) {
            if (distinct.get(c).is(block, coefficients, own)) {
                return c;
            }
        }
        CheckedShape shape = shapes.of(block, own);
        distinct.add(new CheckedBlock(block, shape, coefficients, (f, entries) -> prices.costs(b, f, entries), own));
        return distinct.size() - 1;
    }

    private CheckedBlock at(int b) {
        return distinct.get(numbers[b]);
    }

    /** Sums over one boundary of a block from those over the other. */
    private long[] pass(int b, long[] sums, boolean forward) {
        Block block = problem.blocks().get(b);
        int[] entries = new int[block.entries()];
        Arrays.setAll(entries, node -> node);
        int[] from = forward ? entries : block.exits();
        int[] to = forward ? block.exits() : entries;
        long size = 1;
        for (int node : to) {
            size *= block.labels(node);
        }
        long[] result = new long[Math.toIntExact(size)];
        Arrays.fill(result, CheckedTable.FORBIDDEN);
        int[] labels = new int[block.nodes()];
        long[] least = this.least.get(numbers[b]);
        for (int k = 0; k < least.length; k++) {
            read(b, k, labels);
            int j = joint(block, to, labels);
            result[j] = Math.min(result[j], CheckedTable.add(sums[joint(block, from, labels)], least[k]));
        }
        return result;
    }

    private void read(int b, int joint, int[] labels) {
        int[] shared = at(b).shared();
        int rest = joint;
        for (int k = shared.length - 1; k >= 0; k--) {
            int count = problem.blocks().get(b).labels(shared[k]);
            labels[shared[k]] = rest % count;
            rest /= count;
        }
    }

    private static int joint(Block block, int[] nodes, int[] labels) {
        int joint = 0;
        for (int node : nodes) {
            joint = joint * block.labels(node) + labels[node];
        }
        return joint;
    }

    /** The least priced sum, or {@link CheckedTable#FORBIDDEN} if that is less or no labelling is allowed. */
    long least() {
        return after[0][0];
    }

    /** Labels by variable with which some priced sum is below a limit. */
    BitSet[] below(long limit) {
        List<long[]> outside = nothing();
        BitSet[] result = new BitSet[problem.variables()];
        Arrays.setAll(result, v -> (BitSet) allowed[v].clone());
        for (int b = 0; b < numbers.length; b++) {
            addOutside(b, outside.get(numbers[b]), limit, result);
        }
        List<BitSet[]> byBlock = new ArrayList<>();
        for (int c = 0; c < distinct.size(); c++) {
            byBlock.add(distinct.get(c).below(outside.get(c), limit));
        }
        for (int b = 0; b < numbers.length; b++) {
            BitSet[] own = byBlock.get(numbers[b]);
            int[] shared = at(b).shared();
            for (int node = 0; node < own.length; node++) {
                if (Arrays.binarySearch(shared, node) < 0) {
                    result[problem.variable(b, node)].and(own[node]);
                }
            }
        }
        return result;
    }

    private List<long[]> nothing() {
        List<long[]> outside = new ArrayList<>();
        for (CheckedBlock block : distinct) {
            long[] sums = new long[block.least().length];
            Arrays.fill(sums, CheckedTable.FORBIDDEN);
            outside.add(sums);
        }
        return outside;
    }

    /** What all other blocks come to at least, by number of block, then joint label of its shared nodes. */
    List<long[]> outside() {
        List<long[]> outside = nothing();
        BitSet[] unused = new BitSet[problem.variables()];
        Arrays.setAll(unused, v -> new BitSet());
        for (int b = 0; b < numbers.length; b++) {
            addOutside(b, outside.get(numbers[b]), 0, unused);
        }
        return outside;
    }

    /**
     * What blocks of a number can come to below a limit on the whole, by joint label of their shared nodes.
     *
     * @param outside of that number
     * @param others prices at which what counts comes to no less either
     */
    List<List<long[]>> options(
            int number, long[] outside, CheckedMeasure measure, List<Other> others, long limit, LongConsumer tried) {
        int b = first(number);
        List<CheckedBlock.Other> costs = new ArrayList<>();
        others.forEach(o ->
                costs.add(new CheckedBlock.Other((f, entries) -> o.prices().costs(b, f, entries), o.outside())));
        return distinct.get(number).options(outside, measure, costs, limit, tried);
    }

    /**
     * Other prices at which the limit is the same.
     *
     * @param outside what all other blocks come to at least, by joint label of the shared nodes
     */
    record Other(CheckedPrices prices, long[] outside) {}

    /** How many blocks have a number. */
    int count(int number) {
        return (int) Arrays.stream(numbers).filter(n -> n == number).count();
    }

    /**
     * What all other blocks come to at least around one, by joint label of its shared nodes.
     *
     * @param after what the later ones do, by joint exit label
     */
    long[] outside(int b, long[] after) {
        long[] outside = new long[at(b).least().length];
        for (int k = 0; k < outside.length; k++) {
            outside[k] = CheckedTable.add(before[b][entry(b, k)], after[exit(b, k)]);
        }
        return outside;
    }

    /** Least priced sums of a block and all later ones, by joint entry label. */
    long[] after(int b) {
        return after[b];
    }

    /** The first block of a number. */
    int first(int number) {
        int b = 0;
        while (numbers[b] != number) {
            b++;
        }
        return b;
    }

    /** Blocks with the same number are used alike. */
    int number(int b) {
        return numbers[b];
    }

    /** Least priced sums of earlier blocks, by joint entry label. */
    long[] before(int b) {
        return before[b];
    }

    /** The joint entry label in one of the shared nodes. */
    int entry(int b, int joint) {
        int[] entries = new int[problem.blocks().get(b).entries()];
        Arrays.setAll(entries, node -> node);
        return part(b, joint, entries);
    }

    /** The joint exit label in one of the shared nodes. */
    int exit(int b, int joint) {
        return part(b, joint, problem.blocks().get(b).exits());
    }

    private int part(int b, int joint, int[] nodes) {
        int[] labels = new int[problem.blocks().get(b).nodes()];
        read(b, joint, labels);
        return joint(problem.blocks().get(b), nodes, labels);
    }

    private void addOutside(int b, long[] outside, long limit, BitSet[] result) {
        Block block = problem.blocks().get(b);
        int[] entries = new int[block.entries()];
        Arrays.setAll(entries, node -> node);
        int[] labels = new int[block.nodes()];
        int[] shared = at(b).shared();
        BitSet[] seen = new BitSet[shared.length];
        Arrays.setAll(seen, k -> new BitSet());
        long[] least = this.least.get(numbers[b]);
        for (int k = 0; k < outside.length; k++) {
            read(b, k, labels);
            long sum = CheckedTable.add(
                    before[b][joint(block, entries, labels)], after[b + 1][joint(block, block.exits(), labels)]);
            outside[k] = Math.min(outside[k], sum);
            if (CheckedTable.add(sum, least[k]) < limit) {
                for (int s = 0; s < shared.length; s++) {
                    seen[s].set(labels[shared[s]]);
                }
            }
        }
        for (int s = 0; s < shared.length; s++) {
            result[problem.variable(b, shared[s])].and(seen[s]);
        }
    }
}
