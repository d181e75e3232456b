package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Least sums over joint labels of some nodes; the label of the last node is fastest. Sums stop at {@link #FORBIDDEN}: they are never above the real ones. */
final class CheckedTable {
    /** No labelling; two of it still fit in a long. */
    static final long FORBIDDEN = (1L << 62) - 1;

    private static final long LARGEST = 1L << 23;

    private final int[] scope;
    private final long[] values;

    CheckedTable(int[] scope, long[] values) {
        this.scope = scope;
        this.values = values;
    }

    /** Ascending for a result of {@link #least}; not to be written. */
    int[] scope() {
        return scope;
    }

    /** Not to be written. */
    long[] values() {
        return values;
    }

    boolean has(int node) {
        return Arrays.stream(scope).anyMatch(n -> n == node);
    }

    static long add(long a, long b) {
        return Math.min(a + b, FORBIDDEN);
    }

    /** The nodes of some tables, ascending. */
    static int[] nodes(List<CheckedTable> tables) {
        TreeSet<Integer> nodes = new TreeSet<>();
        tables.forEach(t -> Arrays.stream(t.scope).forEach(nodes::add));
        return nodes.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * For all joint labels of the target the least sum of the inputs.
     *
     * @param cards labels by node
     * @param target ascending, nodes of the inputs
     * @throws ArithmeticException if the inputs have too many joint labels
     */
    static CheckedTable least(int[] cards, List<CheckedTable> inputs, int[] target) {
        int[] joint = nodes(inputs);
        long size = 1;
        for (int node : joint) {
            size *= cards[node];
            if (size > LARGEST * 64) {
                throw new ArithmeticException("a table is too large");
            }
        }
        long[] result = new long[size(cards, target)];
        Arrays.fill(result, FORBIDDEN);
        int[][] strides = new int[inputs.size() + 1][];
        for (int i = 0; i < inputs.size(); i++) {
            strides[i] = strides(cards, joint, inputs.get(i).scope);
        }
        strides[inputs.size()] = strides(cards, joint, target);
        long[][] values = inputs.stream().map(t -> t.values).toArray(long[][]::new);
        fill(joint, cards, strides, values, result);
        return new CheckedTable(target, result);
    }

    private static void fill(int[] joint, int[] cards, int[][] strides, long[][] values, long[] result) {
        int last = joint.length - 1;
        int[] digits = new int[joint.length];
        int[] at = new int[strides.length];
        int row = joint.length == 0 ? 1 : cards[joint[last]];
        long[] sums = new long[row];
        do {
            Arrays.fill(sums, 0);
            for (int i = 0; i < values.length; i++) {
                int step = last < 0 ? 0 : strides[i][last];
                for (int k = 0, from = at[i]; k < row; k++, from += step) {
                    sums[k] = add(sums[k], values[i][from]);
                }
            }
            int step = last < 0 ? 0 : strides[values.length][last];
            for (int k = 0, to = at[values.length]; k < row; k++, to += step) {
                result[to] = Math.min(result[to], sums[k]);
            }
        } while (advance(joint, cards, strides, digits, at, last - 1));
    }

    private static boolean advance(int[] joint, int[] cards, int[][] strides, int[] digits, int[] at, int from) {
        for (int k = from; k >= 0; k--) {
            digits[k]++;
            boolean carry = digits[k] == cards[joint[k]];
            for (int i = 0; i < at.length; i++) {
                at[i] += carry ? -strides[i][k] * (digits[k] - 1) : strides[i][k];
            }
            if (!carry) {
                return true;
            }
            digits[k] = 0;
        }
        return false;
    }

    private static int[] strides(int[] cards, int[] joint, int[] scope) {
        int[] strides = new int[joint.length];
        int stride = 1;
        for (int k = scope.length - 1; k >= 0; k--) {
            strides[Arrays.binarySearch(joint, scope[k])] = stride;
            stride *= cards[scope[k]];
        }
        return strides;
    }

    /** Joint labels of some nodes. */
    static int size(int[] cards, int[] scope) {
        long size = 1;
        for (int node : scope) {
            size *= cards[node];
            if (size > LARGEST) {
                throw new ArithmeticException("a table is too large");
            }
        }
        return (int) size;
    }
}
