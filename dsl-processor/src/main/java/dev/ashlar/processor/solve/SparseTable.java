package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The entries of a table that are allowed.
 *
 * @param scope nodes, ascending
 * @param codes of the entries, ascending: numbers of joint labels with the label of the last node fastest
 * @param entries where they are in the table
 * @param counts by position in the scope, then label: entries with it
 */
record SparseTable(int[] scope, long[] codes, int[] entries, int[][] counts) {
    static SparseTable of(Block block, int[] scope, long[] codes, int[] entries) {
        int[][] counts = new int[scope.length][];
        long weight = 1;
        for (int k = scope.length - 1; k >= 0; k--) {
            int labels = block.labels(scope[k]);
            counts[k] = new int[labels];
            for (long code : codes) {
                counts[k][(int) (code / weight % labels)]++;
            }
            weight = Math.multiplyExact(weight, labels);
        }
        return new SparseTable(scope, codes, entries, counts);
    }

    static SparseTable of(Block block, Factor factor) {
        int[] allowed = IntStream.range(0, factor.size())
                .filter(e -> !factor.forbidden(e))
                .toArray();
        return of(block, factor.scope(), Arrays.stream(allowed).asLongStream().toArray(), allowed);
    }

    int size() {
        return codes.length;
    }

    /** Where a node is in the scope; negative if it is not. */
    int position(int node) {
        return Arrays.binarySearch(scope, node);
    }

    boolean has(int node) {
        return position(node) >= 0;
    }

    /** The label of the node at a position in an entry. */
    int label(Block block, int e, int position) {
        long code = codes[e];
        for (int k = scope.length - 1; k > position; k--) {
            code /= block.labels(scope[k]);
        }
        return (int) (code % block.labels(scope[position]));
    }

    /** Whether it is over two nodes, of which each decides about the other. */
    boolean isMatching() {
        return scope.length == 2
                && Arrays.stream(counts).allMatch(c -> Arrays.stream(c).allMatch(n -> n <= 1));
    }

    /** Of a matching, by label of one node that of the other; -1 where there is none. */
    int[] matched(Block block, int node) {
        int position = position(node);
        int[] other = new int[block.labels(node)];
        Arrays.fill(other, -1);
        for (int e = 0; e < codes.length; e++) {
            other[label(block, e, position)] = label(block, e, 1 - position);
        }
        return other;
    }

    /** The same entries with another node in the place of one. */
    SparseTable with(Block block, int node, int other, int[] matched) {
        int[] nodes = IntStream.concat(Arrays.stream(scope).filter(n -> n != node && n != other), IntStream.of(other))
                .sorted()
                .toArray();
        int from = position(node);
        int both = position(other);
        long[] keys = new long[codes.length];
        int size = 0;
        for (int e = 0; e < codes.length; e++) {
            int label = matched[label(block, e, from)];
            if (label < 0 || both >= 0 && label(block, e, both) != label) {
                continue;
            }
            long code = 0;
            for (int n : nodes) {
                code = code * block.labels(n) + (n == other ? label : label(block, e, position(n)));
            }
            keys[size++] = Math.addExact(Math.multiplyExact(code, codes.length), e);
        }
        Arrays.sort(keys, 0, size);
        long[] sorted = new long[size];
        int[] own = new int[size];
        for (int k = 0; k < size; k++) {
            sorted[k] = keys[k] / codes.length;
            own[k] = entries[(int) (keys[k] % codes.length)];
        }
        return of(block, nodes, sorted, own);
    }
}
