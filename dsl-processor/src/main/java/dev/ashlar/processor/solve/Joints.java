package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The joint labels of a block's entries and exits that its tables allow, each with a place. Where several tensors pass from block to block
 * they are few of all pairs of a joint entry label and a joint exit label.
 */
final class Joints {
    private final int[] nodes;
    private final int[] cards;
    /** By place, ascending; the label of the last node is fastest. */
    private final int[] numbers;

    private final int[] entries;
    private final int[] exits;

    /**
     * @param nodes entries and exits, ascending
     * @param labels by node, then place; joint labels ascend
     * @throws ArithmeticException if there are too many joint labels to be numbered, allowed or not
     */
    Joints(Block block, int[] nodes, char[][] labels, int size) {
        this.nodes = nodes;
        cards = Arrays.stream(nodes).map(block::labels).toArray();
        requireNumbers(cards);
        numbers = numbers(nodes, labels, size);
        entries = numbers(IntStream.range(0, block.entries()).toArray(), labels, size);
        exits = numbers(block.exits(), labels, size);
    }

    private static void requireNumbers(int[] cards) {
        int all = 1;
        for (int labels : cards) {
            all = Math.multiplyExact(all, labels);
        }
    }

    /** By place, the number of the joint label of some of the nodes. */
    private int[] numbers(int[] some, char[][] labels, int size) {
        int[] numbers = new int[size];
        for (int node : some) {
            int k = Arrays.binarySearch(nodes, node);
            add(numbers, cards[k], labels[k]);
        }
        return numbers;
    }

    private static void add(int[] numbers, int cards, char[] labels) {
        for (int place = 0; place < numbers.length; place++) {
            numbers[place] = numbers[place] * cards + labels[place];
        }
    }

    /** How many there are. */
    int size() {
        return numbers.length;
    }

    /** By place, the joint entry label; not to be written. */
    int[] entries() {
        return entries;
    }

    /** By place, the joint exit label; not to be written. */
    int[] exits() {
        return exits;
    }

    /** All places by joint entry label, then joint exit label. */
    int[] byBoundary() {
        return IntStream.range(0, numbers.length)
                .mapToObj(place -> new int[] {entries[place], exits[place], place})
                .sorted(Arrays::compare)
                .mapToInt(pair -> pair[2])
                .toArray();
    }

    /** Where the labels by node have their place; negative if no table allows them. */
    int place(int[] labels) {
        int number = 0;
        for (int k = 0; k < nodes.length; k++) {
            number = number * cards[k] + labels[nodes[k]];
        }
        return Arrays.binarySearch(numbers, number);
    }

    /** Writes a joint label into labels by node. */
    void write(int place, int[] labels) {
        int rest = numbers[place];
        for (int k = nodes.length - 1; k >= 0; k--) {
            labels[nodes[k]] = rest % cards[k];
            rest /= cards[k];
        }
    }

    /** The entries and exits, ascending; not to be written. */
    int[] nodes() {
        return nodes;
    }
}
