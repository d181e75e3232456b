package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.op.Table;
import java.util.Map;
import java.util.TreeMap;

/** The tables that a model's kernels keep, one for each key. They are counted from the start, though the first step makes them. */
public final class KernelTables {
    private final Map<String, Long> bytes = new TreeMap<>();
    private final int computeBytes;

    private KernelTables(int computeBytes) {
        this.computeBytes = computeBytes;
    }

    /** Those of a model whose plan computes in elements of so many bytes. */
    public static KernelTables of(Scope root, int computeBytes) {
        KernelTables tables = new KernelTables(computeBytes);
        tables.collect(root);
        return tables;
    }

    private void collect(Scope scope) {
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use) {
                use.scopes().forEach(this::collect);
            } else if (node instanceof OperatorNode operator) {
                for (Table table : operator.operator().tables(operator.attributes(), operator.shapes(computeBytes))) {
                    bytes.put(operator.operator().kind() + " " + table.key(), table.bytes());
                }
            }
        }
    }

    long count() {
        return bytes.size();
    }

    /** Bytes of all on one device. */
    public long bytes() {
        return bytes.values().stream().mapToLong(Long::longValue).reduce(0, Math::addExact);
    }
}
