package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The labels of a block's nodes that the checker counts: of inner nodes those that are allowed, so that tables are no larger than what is
 * still open; of nodes that other blocks share all.
 */
final class CheckedLabels {
    private final int[][] labels;
    private final int[] cards;

    /** @param shared nodes, ascending */
    CheckedLabels(Block block, BitSet[] allowed, int[] shared) {
        labels = new int[block.nodes()][];
        for (int node = 0; node < labels.length; node++) {
            if (Arrays.binarySearch(shared, node) >= 0) {
                labels[node] = new int[block.labels(node)];
                Arrays.setAll(labels[node], label -> label);
            } else {
                labels[node] = allowed[node].stream().toArray();
            }
        }
        cards = Arrays.stream(labels).mapToInt(l -> l.length).toArray();
    }

    /** How many are counted, by node; not to be written. */
    int[] cards() {
        return cards;
    }

    /** The label at a place. */
    int label(int node, int place) {
        return labels[node][place];
    }

    /** Places of labels by node in the joint ones of some nodes, the last of which is fastest; -1 if one is not counted. */
    int key(int[] scope, int[] byNode) {
        int key = 0;
        for (int node : scope) {
            int place = Arrays.binarySearch(labels[node], byNode[node]);
            if (place < 0) {
                return -1;
            }
            key = key * cards[node] + place;
        }
        return key;
    }

    /** Writes the labels of joint ones by node. */
    void read(int[] scope, int key, int[] byNode) {
        int left = key;
        for (int k = scope.length - 1; k >= 0; k--) {
            byNode[scope[k]] = labels[scope[k]][left % cards[scope[k]]];
            left /= cards[scope[k]];
        }
    }

    /** The entries of a table whose labels are counted, in order. */
    int[] entries(Block block, Factor factor) {
        int[] scope = factor.scope();
        int size = 1;
        for (int node : scope) {
            size *= cards[node];
        }
        int[] entries = new int[size];
        int[] byNode = new int[block.nodes()];
        for (int key = 0; key < size; key++) {
            read(scope, key, byNode);
            for (int node : scope) {
                entries[key] = entries[key] * block.labels(node) + byNode[node];
            }
        }
        return entries;
    }
}
