package dev.ashlar.processor.report;

import dev.ashlar.processor.device.Memory;
import dev.ashlar.processor.plan.Communication;
import dev.ashlar.processor.plan.CommunicationGroup;
import dev.ashlar.processor.plan.OperatorPlan;
import dev.ashlar.processor.plan.Plan;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What every operator costs, as a table for people; repetitions of a block are one line. */
public final class CostTable {
    private CostTable() {}

    /** The table: forward and backward together, columns aligned, a line for the sum. */
    public static String text(Plan plan) {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (OperatorPlan operator : plan.operators()) {
            String name = operator.cost().name().replaceAll("\\[\\d+]", "[*]");
            rows.computeIfAbsent(
                            name,
                            n -> new Row(n, operator.cost().node().operator().kind()))
                    .add(operator);
        }
        double whole = plan.time().seconds();
        TextTable table =
                new TextTable(2, "operator", "kind", "count", "GFLOP", "moved", "saved", "workspace", "us", "share");
        rows.values().forEach(r -> table.row(r.cells(whole)));
        double sent = plan.communications().stream()
                .filter(c -> c.purpose() != Communication.Purpose.INSIDE)
                .mapToDouble(Communication::stepSeconds)
                .sum();
        if (sent > 0) {
            Row collectives = new Row("collectives", "");
            collectives.seconds = sent;
            table.row(collectives.cells(whole));
        }
        double hidden = plan.time().hiddenSeconds();
        if (hidden != 0) {
            Row beside = new Row("beside compute", "");
            beside.seconds = -hidden;
            table.row(beside.cells(whole));
        }
        Row rest = new Row("sums and update", "");
        rest.seconds =
                whole - rows.values().stream().mapToDouble(r -> r.seconds).sum() - sent + hidden;
        table.row(rest.cells(whole));
        Row sum = new Row("step", "");
        rows.values().forEach(sum::add);
        sum.seconds = whole;
        table.row(sum.cells(whole));
        return table.text() + collectives(plan);
    }

    /** What is sent, by like repetitions; nothing on one device. */
    private static String collectives(Plan plan) {
        if (plan.communications().isEmpty()) {
            return "";
        }
        TextTable table =
                new TextTable(5, "collective", "for", "axis", "layouts", "what", "count", "sends each", "us", "share");
        for (CommunicationGroup group : CommunicationGroup.of(plan.communications())) {
            Communication first = group.first();
            table.row(
                    first.kind(),
                    first.phase().words() + " " + group.name(),
                    Integer.toString(first.meshAxis()),
                    first.from() + " -> " + first.to(),
                    first.purpose().words() + (first.overlapped() ? ", beside compute" : ""),
                    Integer.toString(group.count()),
                    Memory.text(first.wireBytes()),
                    String.format(Locale.ROOT, "%.1f", group.seconds() * 1e6),
                    String.format(
                            Locale.ROOT,
                            "%.1f %%",
                            100 * group.seconds() / plan.time().seconds()));
        }
        return "\n" + table.text();
    }

    private static final class Row {
        private final String name;
        private final String kind;
        private long count;
        private long flops;
        private long bytes;
        private long saved;
        private long workspace;
        private double seconds;

        Row(String name, String kind) {
            this.name = name;
            this.kind = kind;
        }

        void add(OperatorPlan operator) {
            count++;
            flops += operator.cost().forward().flops()
                    + operator.cost().backward().flops();
            bytes += operator.cost().forward().bytes()
                    + operator.cost().backward().bytes();
            saved += operator.savedBytes();
            workspace = Math.max(
                    workspace,
                    Math.max(
                            operator.cost().forward().workspaceBytes(),
                            operator.cost().backward().workspaceBytes()));
            seconds += operator.cost().seconds();
        }

        void add(Row row) {
            count += row.count;
            flops += row.flops;
            bytes += row.bytes;
            saved += row.saved;
            workspace = Math.max(workspace, row.workspace);
        }

        String[] cells(double whole) {
            return new String[] {
                name,
                kind,
                count == 0 ? "" : Long.toString(count),
                String.format(Locale.ROOT, "%.3f", flops / 1e9),
                Memory.text(bytes),
                Memory.text(saved),
                Memory.text(workspace),
                String.format(Locale.ROOT, "%.1f", seconds * 1e6),
                String.format(Locale.ROOT, "%.1f %%", whole == 0 ? 0 : 100 * seconds / whole)
            };
        }
    }
}
