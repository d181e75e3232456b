package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads a {@link CsvTable} and says by line and column what is wrong with a file. */
final class CsvReader {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final Path file;
    private final List<String> columns;
    private final int target;

    private CsvReader(Path file, List<String> columns, int target) {
        this.file = file;
        this.columns = columns;
        this.target = target;
    }

    private record Line(long number, CSVRecord cells) {}

    static CsvTable read(Path file, String target, boolean classes) {
        FileErrors.requireFile(file);
        List<Line> lines = lines(file);
        if (lines.isEmpty()) {
            throw new AshlarException(file + " is empty; its first line must name the columns");
        }
        List<String> columns = lines.get(0).cells().toList();
        int index = columns.indexOf(target);
        if (index < 0) {
            String meant = Names.didYouMean(target, columns);
            throw new AshlarException(file + " has no column '" + target + "'"
                    + (meant.isEmpty() ? "; its columns are " + columns : meant));
        }
        if (new TreeSet<>(columns).size() != columns.size()) {
            throw new AshlarException(file + " names a column twice in " + columns + "; rename one");
        }
        return new CsvReader(file, columns, index).table(lines.subList(1, lines.size()), classes);
    }

    private static List<Line> lines(Path file) {
        CSVFormat format = CSVFormat.DEFAULT.builder().setTrim(true).get();
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            skipByteOrderMark(reader);
            List<Line> lines = new ArrayList<>();
            try (CSVParser parser = format.parse(reader)) {
                for (CSVRecord cells : parser) {
                    lines.add(new Line(parser.getCurrentLineNumber(), cells));
                }
            }
            return lines;
        } catch (UncheckedIOException e) {
            throw FileErrors.reading(file, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }

    private static void skipByteOrderMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
    }

    private CsvTable table(List<Line> lines, boolean classes) {
        if (lines.isEmpty()) {
            throw new AshlarException(file + " has a line of names and no data; add rows");
        }
        TreeSet<String> names = new TreeSet<>();
        for (Line line : lines) {
            requireComplete(line);
            if (classes) {
                names.add(className(line));
            }
        }
        List<String> sorted = List.copyOf(names);
        List<CsvTable.Row> rows = new ArrayList<>();
        for (Line line : lines) {
            rows.add(row(line, classes ? sorted.indexOf(className(line)) : number(line, target)));
        }
        List<String> features = new ArrayList<>(columns);
        features.remove(target);
        return new CsvTable(features, sorted, rows);
    }

    private void requireComplete(Line line) {
        if (line.cells().size() != columns.size()) {
            throw new AshlarException(
                    file + " line " + line.number() + ": it has " + line.cells().size()
                            + " cells, but the first line names " + columns.size() + " columns; complete or delete it");
        }
    }

    private String className(Line line) {
        String name = line.cells().get(target);
        if (name.isEmpty()) {
            throw bad(line, target, "it is empty; give the row's class or delete the row");
        }
        return name;
    }

    private CsvTable.Row row(Line line, float predicted) {
        float[] values = new float[columns.size() - 1];
        int to = 0;
        for (int column = 0; column < columns.size(); column++) {
            if (column != target) {
                values[to++] = number(line, column);
            }
        }
        return new CsvTable.Row(values, predicted);
    }

    private float number(Line line, int column) {
        String text = line.cells().get(column);
        float value;
        try {
            value = Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw bad(line, column, "'" + text + "' is not a number; correct it or delete the row");
        }
        if (!Float.isFinite(value)) {
            throw bad(line, column, "'" + text + "' is not finite; correct it or delete the row");
        }
        return value;
    }

    private AshlarException bad(Line line, int column, String reason) {
        return new AshlarException(
                file + " line " + line.number() + ", column '" + columns.get(column) + "': " + reason);
    }
}
