package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A chain of blocks and the slowdown of compute under communication; variables are the nodes, shared ones counted once. */
public final class Problem {
    /** Sums of the largest times of all tables stay below this: priced sums then fit in a long. */
    private static final long MOST_TIME = 1L << 61;

    private static final long MOST_MEMORY = 1L << 57;

    private final List<Block> blocks;
    private final long slowdownNumerator;
    private final long slowdownDenominator;
    private final int[][] variables;
    private final int[] kinds;
    private final List<Integer> labels = new ArrayList<>();
    private final List<Integer> owners = new ArrayList<>();
    private final long mostTime;
    private final long mostMemory;

    private Problem(List<Block> blocks, long slowdownNumerator, long slowdownDenominator) {
        this.blocks = blocks;
        this.slowdownNumerator = slowdownNumerator;
        this.slowdownDenominator = slowdownDenominator;
        variables = new int[blocks.size()][];
        kinds = new int[blocks.size()];
        Map<Block, Integer> first = new IdentityHashMap<>();
        for (int b = 0; b < blocks.size(); b++) {
            variables[b] = number(b);
            kinds[b] = first.computeIfAbsent(blocks.get(b), k -> first.size());
        }
        mostTime = Math.addExact(most(0, Quantity.STATIC.ordinal()), scaledBySlowdown(mostAsync()));
        mostMemory = Math.addExact(most(Quantity.STATIC.ordinal(), Quantity.COUNT), mostLive());
        require(mostTime < MOST_TIME, "the times of all blocks are too large");
        require(mostMemory < MOST_MEMORY, "the memory of all blocks is too large");
    }

    /** A chain whose communication does not slow compute down. */
    public static Problem of(List<Block> blocks) {
        return of(blocks, 0, 1);
    }

    /**
     * A chain.
     *
     * @param slowdownNumerator with {@code slowdownDenominator}: how many units of compute one unit of asynchronous communication
     *     costs; at most 2^20 each
     * @throws IllegalArgumentException if neighbours do not share their boundary, or sums could leave a long
     */
    public static Problem of(List<Block> blocks, long slowdownNumerator, long slowdownDenominator) {
        require(!blocks.isEmpty(), "a problem needs a block");
        require(
                slowdownNumerator >= 0
                        && slowdownNumerator <= 1 << 20
                        && slowdownDenominator > 0
                        && slowdownDenominator <= 1 << 20,
                "the slowdown is a ratio of numbers up to 2^20");
        require(blocks.get(0).entries() == 0, "the first block has no entries");
        require(blocks.get(blocks.size() - 1).exits().length == 0, "the last block has no exits");
        return new Problem(List.copyOf(blocks), slowdownNumerator, slowdownDenominator);
    }

    private int[] number(int b) {
        Block block = blocks.get(b);
        int[] numbers = new int[block.nodes()];
        int shared = b == 0 ? 0 : blocks.get(b - 1).exits().length;
        require(block.entries() == shared, block + " has " + block.entries() + " entries for " + shared + " exits");
        for (int node = 0; node < numbers.length; node++) {
            if (node < shared) {
                numbers[node] = variables[b - 1][blocks.get(b - 1).exits()[node]];
                require(labels.get(numbers[node]) == block.labels(node), "entry " + node + " of " + block + " differs");
            } else {
                numbers[node] = labels.size();
                labels.add(block.labels(node));
                owners.add(b);
            }
        }
        return numbers;
    }

    private long most(int from, int to) {
        Map<Block, Long> known = new IdentityHashMap<>();
        long sum = 0;
        for (Block block : blocks) {
            sum = Math.addExact(sum, known.computeIfAbsent(block, b -> most(b, from, to)));
        }
        return sum;
    }

    private static long most(Block block, int from, int to) {
        long sum = 0;
        for (Factor factor : block.factors()) {
            for (int q : factor.used()) {
                if (q >= from && q < to) {
                    sum = Math.addExact(sum, factor.largest(q));
                }
            }
        }
        return sum;
    }

    private long mostAsync() {
        long sum = 0;
        for (Quantity quantity : List.of(Quantity.FORWARD_ASYNC, Quantity.BACKWARD_ASYNC)) {
            sum = Math.addExact(sum, most(quantity.ordinal(), quantity.ordinal() + 1));
        }
        return sum;
    }

    /** The most that is live at one time point: prices of points never add up to more than their sum times this. */
    private long mostLive() {
        long most = 0;
        Set<Block> different = Collections.newSetFromMap(new IdentityHashMap<>());
        different.addAll(blocks);
        for (Block block : different) {
            for (int p = 0; p < block.points(); p++) {
                long sum = 0;
                for (Factor factor : block.factors()) {
                    sum = Math.addExact(sum, factor.largest(Quantity.ofPoint(p)));
                }
                most = Math.max(most, sum);
            }
        }
        return most;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Compute time that asynchronous communication of this time costs, rounded down. */
    long scaledBySlowdown(long async) {
        long rest = async % slowdownDenominator * slowdownNumerator / slowdownDenominator;
        return Math.addExact(Math.multiplyExact(async / slowdownDenominator, slowdownNumerator), rest);
    }

    long slowdownNumerator() {
        return slowdownNumerator;
    }

    long slowdownDenominator() {
        return slowdownDenominator;
    }

    public List<Block> blocks() {
        return blocks;
    }

    Block block(int b) {
        return blocks.get(b);
    }

    /** The same number for blocks that are the same object. */
    int kind(int b) {
        return kinds[b];
    }

    /** Nodes of the chain, each shared one counted once: labels of a labelling. */
    public int variables() {
        return labels.size();
    }

    /** The variable of a node of a block. */
    public int variable(int block, int node) {
        return variables[block][node];
    }

    /** Whether a block has the variable. */
    boolean contains(int block, int variable) {
        for (int v : variables[block]) {
            if (v == variable) {
                return true;
            }
        }
        return false;
    }

    /** Labels of a variable. */
    public int labels(int variable) {
        return labels.get(variable);
    }

    /** The first block that has the variable. */
    int owner(int variable) {
        return owners.get(variable);
    }

    /** No labelling takes longer. */
    long mostTime() {
        return mostTime;
    }

    /** No labelling needs more at any time point. */
    long mostMemory() {
        return mostMemory;
    }
}
