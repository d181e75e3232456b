package dev.ashlar.processor.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A table in fixed-width letters: names to the left, figures to the right. */
final class TextTable {
    private final int names;
    private final List<String[]> rows = new ArrayList<>();

    /**
     * @param names how many of the first columns are aligned to the left
     * @param head of every column
     */
    TextTable(int names, String... head) {
        this.names = names;
        rows.add(head);
    }

    TextTable row(String... cells) {
        rows.add(cells);
        return this;
    }

    /** The lines, each ended. */
    String text() {
        int[] widths = new int[rows.get(0).length];
        rows.forEach(r -> Arrays.setAll(widths, i -> Math.max(widths[i], r[i].length())));
        return rows.stream().map(r -> line(r, widths)).collect(Collectors.joining("\n", "", "\n"));
    }

    private String line(String[] cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String blanks = " ".repeat(widths[i] - cells[i].length());
            line.append(i == 0 ? "" : "  ").append(i < names ? cells[i] + blanks : blanks + cells[i]);
        }
        return line.toString().stripTrailing();
    }
}
