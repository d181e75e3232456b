package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Collects the nodes and tables of a block; amounts given twice for the same nodes add up. */
public final class BlockBuilder {
    /** Amounts of a block must stay below this, so that sums over blocks fit in a long. */
    private static final long LARGEST = 1L << 59;

    private final String name;
    private final int forwardPoints;
    private final int backwardPoints;
    private final List<Integer> labels = new ArrayList<>();
    private final List<Integer> exits = new ArrayList<>();
    private final SortedMap<Long, Table> tables = new TreeMap<>();
    private int entries;

    BlockBuilder(String name, int forwardPoints, int backwardPoints) {
        require(forwardPoints >= 0 && backwardPoints >= 0, "time points cannot be fewer than 0");
        this.name = name;
        this.forwardPoints = forwardPoints;
        this.backwardPoints = backwardPoints;
    }

    private final class Table {
        final int[] scope;
        final int size;
        final long[][] amounts = new long[Quantity.COUNT + forwardPoints + backwardPoints][];
        final boolean[] forbidden;
        boolean forbids;

        Table(int... scope) {
            this.scope = scope;
            size = Arrays.stream(scope).map(labels::get).reduce(1, Math::multiplyExact);
            forbidden = new boolean[size];
            Arrays.fill(amounts, Factor.none());
        }

        Factor factor() {
            return new Factor(scope, size, amounts, forbids ? forbidden : new boolean[0]);
        }
    }

    /** A node that the block before owns; all entries come before other nodes, in the order of that block's exits. */
    public int entry(int labelCount) {
        require(entries == labels.size(), "entries come before other nodes");
        entries++;
        return node(labelCount);
    }

    /** A node of this block. */
    public int node(int labelCount) {
        require(labelCount > 0, "a node needs a label");
        labels.add(labelCount);
        return labels.size() - 1;
    }

    /** Shares a node, an entry too, with the next block. */
    public BlockBuilder exit(int node) {
        require(node >= 0 && node < labels.size(), "there is no node " + node);
        require(!exits.contains(node), "node " + node + " is an exit already");
        exits.add(node);
        return this;
    }

    /** Adds amounts by label of a node. */
    public BlockBuilder add(Quantity quantity, int node, long... amounts) {
        return put(quantity.ordinal(), table(node), amounts);
    }

    /** Adds amounts by pair of labels: {@code amounts[label of u * labels of v + label of v]}, with {@code u < v}. */
    public BlockBuilder addPair(Quantity quantity, int u, int v, long... amounts) {
        return put(quantity.ordinal(), table(u, v), amounts);
    }

    /** Adds what is live at a time point, by label of a node. */
    public BlockBuilder live(int point, int node, long... amounts) {
        return put(Quantity.ofPoint(checkedPoint(point)), table(node), amounts);
    }

    /** Adds what is live at a time point, by pair of labels, {@code u < v}. */
    public BlockBuilder livePair(int point, int u, int v, long... amounts) {
        return put(Quantity.ofPoint(checkedPoint(point)), table(u, v), amounts);
    }

    /** Forbids a label of a node. */
    public BlockBuilder forbid(int node, int label) {
        return forbid(table(node), label);
    }

    /** Forbids a pair of labels, {@code u < v}. */
    public BlockBuilder forbidPair(int u, int v, int labelOfU, int labelOfV) {
        Table table = table(u, v);
        return forbid(table, labelOfU * labels.get(v) + labelOfV);
    }

    /** Labels of a node that is there already. */
    int labels(int node) {
        return labels.get(node);
    }

    /** The finished block. */
    public Block build() {
        require(!labels.isEmpty(), "a block needs a node");
        int[] counts = labels.stream().mapToInt(Integer::intValue).toArray();
        int[] shared = exits.stream().mapToInt(Integer::intValue).toArray();
        List<Factor> factors = tables.values().stream().map(Table::factor).toList();
        return new Block(name, counts, entries, shared, forwardPoints, backwardPoints, factors);
    }

    private BlockBuilder forbid(Table table, int entry) {
        require(entry >= 0 && entry < table.size, "there is no such label");
        table.forbids = true;
        table.forbidden[entry] = true;
        return this;
    }

    private int checkedPoint(int point) {
        require(point >= 0 && point < forwardPoints + backwardPoints, "there is no time point " + point);
        return point;
    }

    private Table table(int node) {
        require(node >= 0 && node < labels.size(), "there is no node " + node);
        return tables.computeIfAbsent(node * (1L << 32), k -> new Table(node));
    }

    private Table table(int u, int v) {
        require(u >= 0 && u < v && v < labels.size(), "a pair needs nodes in order, not " + u + " and " + v);
        return tables.computeIfAbsent(u * (1L << 32) + v, k -> new Table(u, v));
    }

    private BlockBuilder put(int quantity, Table table, long[] amounts) {
        require(amounts.length == table.size, "expected " + table.size + " amounts, got " + amounts.length);
        require(Arrays.stream(amounts).allMatch(a -> a >= 0 && a < LARGEST), "an amount is negative or too large");
        if (Arrays.stream(amounts).allMatch(a -> a == 0)) {
            return this;
        }
        long[] old = table.amounts[quantity];
        long[] sum = old.length == 0 ? new long[table.size] : old;
        Arrays.setAll(sum, i -> Math.addExact(sum[i], amounts[i]));
        table.amounts[quantity] = sum;
        return this;
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException("block '" + name + "': " + message);
        }
    }
}
