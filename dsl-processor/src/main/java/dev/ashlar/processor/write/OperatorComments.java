package dev.ashlar.processor.write;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.program.Routine;
import dev.ashlar.processor.program.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The line above an operator: what it reads and makes, with shapes and bytes. */
final class OperatorComments {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private final int computeBytes;
    private final Map<OperatorNode, OperatorFacts> facts;

    OperatorComments(int computeBytes, Map<OperatorNode, OperatorFacts> facts) {
        this.computeBytes = computeBytes;
        this.facts = facts;
    }

    /** {@code "up: linear ln2[16, 64, 128] -> [16, 64, 512]  2.0 MiB  41 us"}, on a mesh with the strategy behind it. */
    String of(Statement.Call call, Routine.Direction direction) {
        OperatorNode node = call.node();
        OperatorFacts estimated = facts.getOrDefault(node, new OperatorFacts(0, 0, Optional.empty()));
        if (call.recomputed()) {
            return "recompute " + node.name() + ": " + node.operator().kind() + time(estimated.forward());
        }
        if (direction == Routine.Direction.BACKWARD) {
            return "backward of " + node.name() + ": " + node.operator().kind() + time(estimated.backward());
        }
        String inputs =
                node.inputs().stream().map(v -> v.name() + shape(v.type())).collect(Collectors.joining(" "));
        String outputs =
                node.outputs().stream().map(Value::type).map(this::withBytes).collect(Collectors.joining(", "));
        return node.name() + ": " + node.operator().kind() + " " + inputs + " -> " + outputs
                + time(estimated.forward())
                + estimated.strategy().map(s -> "  by " + s).orElse("");
    }

    private static String time(double seconds) {
        long micros = Math.round(seconds * 1e6);
        return micros == 0 ? "" : "  " + micros + " us";
    }

    private String withBytes(TensorType type) {
        return shape(type) + "  " + bytes(type.elements() * type.element().bytes(computeBytes));
    }

    private static String shape(TensorType type) {
        List<Long> sizes = type.sizes();
        return sizes.toString();
    }

    /** Bytes in the largest binary unit that leaves at least 1. */
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }
}
