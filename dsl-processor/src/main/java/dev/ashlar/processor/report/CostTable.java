package dev.ashlar.processor.report;

import dev.ashlar.processor.device.Memory;
import dev.ashlar.processor.plan.OperatorPlan;
import dev.ashlar.processor.plan.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What every operator costs, as a table for people; repetitions of a block are one line. */
public final class CostTable {
    private static final String[] HEAD = {
        "operator", "kind", "count", "GFLOP", "moved", "saved", "workspace", "us", "share"
    };

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
        List<String[]> cells = new ArrayList<>();
        cells.add(HEAD);
        rows.values().forEach(r -> cells.add(r.cells(whole)));
        Row rest = new Row("sums and update", "");
        rest.seconds =
                whole - rows.values().stream().mapToDouble(r -> r.seconds).sum();
        cells.add(rest.cells(whole));
        Row sum = new Row("step", "");
        rows.values().forEach(sum::add);
        sum.seconds = whole;
        cells.add(sum.cells(whole));
        return aligned(cells);
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

    /** Names to the left, figures to the right. */
    private static String aligned(List<String[]> rows) {
        int[] widths = new int[HEAD.length];
        rows.forEach(r -> Arrays.setAll(widths, i -> Math.max(widths[i], r[i].length())));
        return rows.stream().map(r -> line(r, widths)).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(String[] cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String blanks = " ".repeat(widths[i] - cells[i].length());
            line.append(i == 0 ? "" : "  ").append(i < 2 ? cells[i] + blanks : blanks + cells[i]);
        }
        return line.toString().stripTrailing();
    }
}
