package dev.ashlar.processor.solve;

import java.util.List;

/** One block of the chain: nodes with labels, their tables, time points. Equal blocks are one object, used several times. */
public final class Block {
    private final String name;
    private final int[] labels;
    private final int entries;
    private final int[] exits;
    private final int forwardPoints;
    private final int backwardPoints;
    private final List<Factor> factors;

    Block(
            String name,
            int[] labels,
            int entries,
            int[] exits,
            int forwardPoints,
            int backwardPoints,
            List<Factor> factors) {
        this.name = name;
        this.labels = labels;
        this.entries = entries;
        this.exits = exits;
        this.forwardPoints = forwardPoints;
        this.backwardPoints = backwardPoints;
        this.factors = List.copyOf(factors);
    }

    /**
     * Starts a block.
     *
     * @param name for messages
     * @param forwardPoints time points of its forward pass, at least 0
     * @param backwardPoints time points of its backward pass, at least 0; numbered after those of the forward pass
     */
    public static BlockBuilder builder(String name, int forwardPoints, int backwardPoints) {
        return new BlockBuilder(name, forwardPoints, backwardPoints);
    }

    public String name() {
        return name;
    }

    /** Nodes, the entries first. */
    public int nodes() {
        return labels.length;
    }

    /** Labels of a node. */
    public int labels(int node) {
        return labels[node];
    }

    /** How many of its first nodes belong to the block before. */
    public int entries() {
        return entries;
    }

    public int forwardPoints() {
        return forwardPoints;
    }

    /** Time points, the forward ones first. */
    public int points() {
        return forwardPoints + backwardPoints;
    }

    /** Nodes that the next block shares, in its order; not to be written. */
    int[] exits() {
        return exits;
    }

    /** The same nodes and time points with other tables. */
    Block with(List<Factor> others) {
        return new Block(name, labels, entries, exits, forwardPoints, points() - forwardPoints, others);
    }

    List<Factor> factors() {
        return factors;
    }

    /** Whether some label communicates beside the compute of {@code async}'s direction. */
    boolean overlaps(Quantity async) {
        return factors.stream().anyMatch(f -> f.amounts(async.ordinal()).length > 0);
    }

    @Override
    public String toString() {
        return name;
    }
}
