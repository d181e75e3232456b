package dev.ashlar.processor.solve;

import java.util.Arrays;

/** Joint labels of the nodes that a block shares with one neighbour, numbered with the last node fastest. */
final class Boundary {
    private final int[] nodes;
    private final int[] cards;
    private final int size;

    private Boundary(Block block, int[] nodes) {
        this.nodes = nodes;
        cards = Arrays.stream(nodes).map(block::labels).toArray();
        size = Arrays.stream(cards).reduce(1, Math::multiplyExact);
    }

    static Boundary entries(Block block) {
        int[] nodes = new int[block.entries()];
        Arrays.setAll(nodes, i -> i);
        return new Boundary(block, nodes);
    }

    static Boundary exits(Block block) {
        return new Boundary(block, block.exits());
    }

    /** Joint labels. */
    int size() {
        return size;
    }

    /** The label of the {@code k}-th node in a joint label. */
    int label(int joint, int k) {
        int rest = joint;
        for (int i = cards.length - 1; i > k; i--) {
            rest /= cards[i];
        }
        return rest % cards[k];
    }

    /** Writes a joint label into labels by node. */
    void write(int joint, int[] labels) {
        int rest = joint;
        for (int k = nodes.length - 1; k >= 0; k--) {
            labels[nodes[k]] = rest % cards[k];
            rest /= cards[k];
        }
    }

    /** The joint label of labels by node. */
    int joint(int[] labels) {
        int joint = 0;
        for (int k = 0; k < nodes.length; k++) {
            joint = joint * cards[k] + labels[nodes[k]];
        }
        return joint;
    }
}
