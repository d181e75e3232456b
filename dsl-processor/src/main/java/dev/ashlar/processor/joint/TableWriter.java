package dev.ashlar.processor.joint;

import dev.ashlar.processor.joint.Table.Labels;
import dev.ashlar.processor.solve.BlockBuilder;
import dev.ashlar.processor.solve.Quantity;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;

/** The nodes and tables of one block of the problem. Times are those of one micro-batch unless said otherwise. */
final class TableWriter {
    private final BlockBuilder block;
    private final int microBatches;
    private final Map<Variable, Integer> nodes = new HashMap<>();

    /** @param microBatches of a step */
    TableWriter(BlockBuilder block, int microBatches) {
        this.block = block;
        this.microBatches = microBatches;
    }

    void entry(Variable variable) {
        nodes.put(variable, block.entry(variable.labels()));
    }

    void node(Variable variable) {
        nodes.put(variable, block.node(variable.labels()));
    }

    int nodeOf(Variable variable) {
        return Objects.requireNonNull(nodes.get(variable));
    }

    boolean isEmpty() {
        return nodes.isEmpty();
    }

    Map<Variable, Integer> nodes() {
        return Map.copyOf(nodes);
    }

    boolean has(Variable variable) {
        return nodes.containsKey(variable);
    }

    /** Amounts by the labels of some variables, in the order of their nodes. */
    Table table(Collection<Variable> over, ToLongFunction<Labels> amount) {
        List<Variable> ordered = Table.open(over);
        ordered.sort(Comparator.comparingInt(this::nodeOf));
        return Table.of(ordered, amount);
    }

    /** Nodes of a table; any one where it is over none, and then all its entries are equal. */
    private int[] scope(Table table) {
        return table.variables().isEmpty()
                ? new int[] {0}
                : table.variables().stream().mapToInt(this::nodeOf).toArray();
    }

    private long[] amounts(Table table) {
        if (!table.variables().isEmpty()) {
            return table.amounts();
        }
        long[] same = new long[block.labels(0)];
        Arrays.fill(same, table.amounts()[0]);
        return same;
    }

    void add(Quantity quantity, Collection<Variable> over, ToLongFunction<Labels> amount) {
        boolean repeated = quantity.isTime() && microBatches > 1;
        addInStep(quantity, over, repeated ? x -> microBatches * amount.applyAsLong(x) : amount);
    }

    /** Adds what a whole step comes to. */
    void addInStep(Quantity quantity, Collection<Variable> over, ToLongFunction<Labels> amount) {
        addInStep(quantity, table(over, amount));
    }

    /** The same of a table that is there. */
    void addInStep(Quantity quantity, Table table) {
        if (!table.isZero()) {
            block.addTable(quantity, scope(table), amounts(table));
        }
    }

    /** Adds what is live at the time points {@code from .. to-1}. */
    void live(int from, int to, Collection<Variable> over, ToLongFunction<Labels> amount) {
        if (from < to) {
            live(from, to, table(over, amount));
        }
    }

    /** The same of a table that is there. */
    void live(int from, int to, Table table) {
        if (from < to && !table.isZero()) {
            block.live(from, to, scope(table), amounts(table));
        }
    }

    /** What is negative in a table of times cannot be. */
    void addOrForbid(Collection<Variable> over, ToLongFunction<Labels> amount) {
        addOrForbidInStep(over, microBatches == 1 ? amount : x -> microBatches * amount.applyAsLong(x));
    }

    /** The same for times of a whole step. */
    void addOrForbidInStep(Collection<Variable> over, ToLongFunction<Labels> amount) {
        Table table = table(over, amount);
        int[] scope = scope(table);
        long[] amounts = amounts(table).clone();
        BitSet forbidden = new BitSet();
        for (int entry = 0; entry < amounts.length; entry++) {
            if (amounts[entry] < 0) {
                forbidden.set(entry);
                amounts[entry] = 0;
            }
        }
        block.forbid(scope, forbidden);
        block.addTable(Quantity.TIME, scope, amounts);
    }

    void rule(Fates.Rule rule) {
        addOrForbid(rule.over(), x -> rule.allows().test(x) ? 0 : -1);
    }
}
