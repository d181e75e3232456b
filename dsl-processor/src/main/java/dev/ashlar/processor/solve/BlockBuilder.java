package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Collects the nodes and tables of a block; amounts given twice for the same nodes add up. A table is over one or more nodes in
 * ascending order; its entries are numbered with the label of the last node fastest.
 */
public final class BlockBuilder {
    /** Amounts of a block must stay below this, so that sums over blocks fit in a long. */
    private static final long LARGEST = 1L << 59;

    private final String name;
    private final int forwardPoints;
    private final int backwardPoints;
    private final List<Integer> labels = new ArrayList<>();
    private final List<Integer> exits = new ArrayList<>();
    private final SortedMap<int[], Table> tables = new TreeMap<>(Comparator.comparing((int[] s) -> s, Arrays::compare));
    private int entries;

    BlockBuilder(String name, int forwardPoints, int backwardPoints) {
        require(forwardPoints >= 0 && backwardPoints >= 0, "time points cannot be fewer than 0");
        this.name = name;
        this.forwardPoints = forwardPoints;
        this.backwardPoints = backwardPoints;
    }

    /** Amounts of the quantities or time points {@code from .. to-1}. */
    private record Piece(int from, int to, long[] amounts) {}

    private final class Table {
        final int[] scope;
        final int size;
        final List<Piece> pieces = new ArrayList<>();
        final List<long[]> given = new ArrayList<>();
        final boolean[] forbidden;
        boolean forbids;

        Table(int[] scope) {
            this.scope = scope;
            long entries = Arrays.stream(scope).mapToLong(labels::get).reduce(1, Math::multiplyExact);
            require(entries <= EliminationPlan.LARGEST_TABLE, "a table of " + entries + " entries is too large");
            size = (int) entries;
            forbidden = new boolean[size];
        }

        Factor factor() {
            return new Factor(scope, size, rows(), forbids ? forbidden : new boolean[0]);
        }

        /** Sums by quantity and time point; equal ones are one array, for there can be many points and large tables. */
        private long[][] rows() {
            long[][] rows = new long[Quantity.COUNT + forwardPoints + backwardPoints][];
            List<long[]> distinct = new ArrayList<>(given);
            List<long[]> before = List.of();
            BitSet changes = new BitSet();
            for (Piece piece : pieces) {
                changes.set(piece.from());
                changes.set(piece.to());
            }
            for (int q = 0; q < rows.length; q++) {
                if (q > 0 && !changes.get(q)) {
                    rows[q] = rows[q - 1];
                    continue;
                }
                List<long[]> summed = new ArrayList<>();
                for (Piece piece : pieces) {
                    if (piece.from() <= q && q < piece.to()) {
                        summed.add(piece.amounts());
                    }
                }
                rows[q] = q > 0 && summed.equals(before) ? rows[q - 1] : sum(summed, distinct);
                before = summed;
            }
            return rows;
        }

        private long[] sum(List<long[]> summed, List<long[]> distinct) {
            if (summed.size() < 2) {
                return summed.isEmpty() ? Factor.none() : summed.get(0);
            }
            long[] sum = new long[size];
            for (long[] amounts : summed) {
                Arrays.setAll(sum, i -> Math.addExact(sum[i], amounts[i]));
            }
            return one(distinct, sum);
        }
    }

    /** The equal one of some arrays, or a copy that is one of them from now on. */
    private static long[] one(List<long[]> distinct, long[] row) {
        for (long[] other : distinct) {
            if (Arrays.equals(other, row)) {
                return other;
            }
        }
        distinct.add(row.clone());
        return distinct.get(distinct.size() - 1);
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
        return addTable(quantity, new int[] {node}, amounts);
    }

    /** Adds amounts by pair of labels: {@code amounts[label of u * labels of v + label of v]}, with {@code u < v}. */
    public BlockBuilder addPair(Quantity quantity, int u, int v, long... amounts) {
        return addTable(quantity, new int[] {u, v}, amounts);
    }

    /**
     * Adds amounts by the labels of some nodes.
     *
     * @param nodes ascending, at least one
     * @param amounts by entry, the label of the last node fastest
     */
    public BlockBuilder addTable(Quantity quantity, int[] nodes, long... amounts) {
        return put(quantity.ordinal(), quantity.ordinal() + 1, table(nodes), amounts);
    }

    /** Adds what is live at a time point, by label of a node. */
    public BlockBuilder live(int point, int node, long... amounts) {
        return liveTable(point, new int[] {node}, amounts);
    }

    /** Adds what is live at a time point, by pair of labels, {@code u < v}. */
    public BlockBuilder livePair(int point, int u, int v, long... amounts) {
        return liveTable(point, new int[] {u, v}, amounts);
    }

    /**
     * Adds what is live at a time point, by the labels of some nodes.
     *
     * @param nodes ascending, at least one
     * @param amounts by entry, the label of the last node fastest
     */
    public BlockBuilder liveTable(int point, int[] nodes, long... amounts) {
        return live(point, point + 1, nodes, amounts);
    }

    /**
     * Adds what is live at all time points {@code from .. to-1}; stored once, however many they are.
     *
     * @param from first point
     * @param to the point after the last; {@code from} itself adds nothing
     * @param nodes ascending, at least one
     * @param amounts by entry, the label of the last node fastest
     */
    public BlockBuilder live(int from, int to, int[] nodes, long... amounts) {
        require(
                0 <= from && from <= to && to <= forwardPoints + backwardPoints,
                "there are no time points " + from + " to " + to);
        return put(Quantity.ofPoint(from), Quantity.ofPoint(to), table(nodes), amounts);
    }

    /** Forbids a label of a node. */
    public BlockBuilder forbid(int node, int label) {
        return forbid(new int[] {node}, label);
    }

    /** Forbids a pair of labels, {@code u < v}. */
    public BlockBuilder forbidPair(int u, int v, int labelOfU, int labelOfV) {
        return forbid(new int[] {u, v}, labelOfU, labelOfV);
    }

    /**
     * Forbids that some nodes have these labels together.
     *
     * @param nodes ascending, at least one
     * @param together one label of each
     */
    public BlockBuilder forbid(int[] nodes, int... together) {
        Table table = table(nodes);
        require(together.length == nodes.length, nodes.length + " nodes have as many labels");
        int entry = 0;
        for (int k = 0; k < nodes.length; k++) {
            require(together[k] >= 0 && together[k] < labels.get(nodes[k]), "there is no such label");
            entry = entry * labels.get(nodes[k]) + together[k];
        }
        table.forbids = true;
        table.forbidden[entry] = true;
        return this;
    }

    /**
     * Forbids entries of a table.
     *
     * @param nodes ascending, at least one
     * @param entries by number
     */
    public BlockBuilder forbid(int[] nodes, BitSet entries) {
        Table table = table(nodes);
        require(entries.length() <= table.size, "there is no such entry");
        table.forbids |= !entries.isEmpty();
        entries.stream().forEach(entry -> table.forbidden[entry] = true);
        return this;
    }

    /** Labels of a node that is there already. */
    public int labels(int node) {
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

    private Table table(int[] nodes) {
        require(nodes.length > 0, "a table needs a node");
        for (int k = 0; k < nodes.length; k++) {
            require(nodes[k] >= 0 && nodes[k] < labels.size(), "there is no node " + nodes[k]);
            require(k == 0 || nodes[k - 1] < nodes[k], "a table needs nodes in order, not " + Arrays.toString(nodes));
        }
        return tables.computeIfAbsent(nodes.clone(), Table::new);
    }

    private BlockBuilder put(int from, int to, Table table, long[] amounts) {
        require(amounts.length == table.size, "expected " + table.size + " amounts, got " + amounts.length);
        boolean any = false;
        for (long amount : amounts) {
            require(amount >= 0 && amount < LARGEST, "an amount is negative or too large");
            any |= amount > 0;
        }
        if (from < to && any) {
            table.pieces.add(new Piece(from, to, one(table.given, amounts)));
        }
        return this;
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException("block '" + name + "': " + message);
        }
    }
}
