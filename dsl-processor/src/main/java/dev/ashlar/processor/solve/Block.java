package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One block of the chain: nodes with labels, their tables, time points. Equal blocks are one object, used several times. */
public final class Block {
    private final String name;
    private final int[] labels;
    private final int entries;
    private final int[] exits;
    private final int forwardPoints;
    private final int backwardPoints;
    private final List<Factor> factors;
    private final int[][] factorsOf;

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
        factorsOf = new int[labels.length][];
        for (int node = 0; node < labels.length; node++) {
            int of = node;
            factorsOf[node] = IntStream.range(0, factors.size())
                    .filter(f -> Arrays.binarySearch(factors.get(f).scope(), of) >= 0)
                    .toArray();
        }
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

    /** Whether nothing that is chosen in the blocks around it matters here: what it shares with them has one label. */
    public boolean isApart() {
        return IntStream.concat(IntStream.range(0, entries), Arrays.stream(exits))
                .allMatch(node -> labels[node] == 1);
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

    /** Tables over a node, by their numbers; not to be written. */
    int[] factorsOf(int node) {
        return factorsOf[node];
    }

    /** This block with fewer labels. */
    Block with(int[] counts, List<Factor> narrowed) {
        return new Block(name, counts, entries, exits, forwardPoints, backwardPoints, narrowed);
    }

    /** This block where the blocks around it share other nodes with it. */
    Block between(int sharedBefore, int[] sharedBehind) {
        return new Block(name, labels, sharedBefore, sharedBehind, forwardPoints, backwardPoints, factors);
    }

    /** This block with some of its time points, ascending. */
    Block withPoints(int[] points) {
        int forward = (int) Arrays.stream(points).filter(p -> p < forwardPoints).count();
        int[] rows = new int[Quantity.COUNT + points.length];
        Arrays.setAll(rows, r -> r < Quantity.COUNT ? r : Quantity.ofPoint(points[r - Quantity.COUNT]));
        List<Factor> fewer = factors.stream().map(f -> f.withRows(rows)).toList();
        return new Block(name, labels, entries, exits, forward, points.length - forward, fewer);
    }

    /** Whether some label communicates beside the compute of {@code async}'s direction. */
    boolean overlaps(Quantity async) {
        return factors.stream().anyMatch(f -> f.amounts(async.ordinal()).length > 0);
    }

    /** Whether another block has the same name, nodes, time points and tables. */
    boolean isLike(Block other) {
        return name.equals(other.name)
                && Arrays.equals(labels, other.labels)
                && entries == other.entries
                && Arrays.equals(exits, other.exits)
                && forwardPoints == other.forwardPoints
                && backwardPoints == other.backwardPoints
                && factors.size() == other.factors.size()
                && IntStream.range(0, factors.size())
                        .allMatch(f -> factors.get(f).isLike(other.factors.get(f)));
    }

    @Override
    public String toString() {
        return name;
    }
}
