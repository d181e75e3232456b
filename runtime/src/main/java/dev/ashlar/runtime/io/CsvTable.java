package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** A table of numbers with one column to predict: a class or a number. Immutable. */
public final class CsvTable {
    private final List<String> features;
    private final List<String> classes;
    private final List<Row> rows;

    /** @param target the class' number, or the value */
    record Row(float[] features, float target) {}

    /** How each feature is moved and stretched: (value - mean) / deviation. */
    public record Scaling(List<Float> means, List<Float> deviations) {}

    /** Rows to learn from and rows to judge by. */
    public record Split(CsvTable train, CsvTable heldOut) {}

    CsvTable(List<String> features, List<String> classes, List<Row> rows) {
        this.features = List.copyOf(features);
        this.classes = List.copyOf(classes);
        this.rows = List.copyOf(rows);
    }

    /**
     * Reads a CSV file whose first line names its columns. All columns but the label are numbers.
     *
     * @param label the column to predict; its distinct texts, sorted, are the classes
     * @throws AshlarException if the file cannot be read; or with line and column, if a cell is no finite number or a line has too few or many
     */
    public static CsvTable classes(Path file, String label) {
        return CsvReader.read(file, label, /* classes= */ true);
    }

    /**
     * Reads a CSV file as {@link #classes}, all of whose columns are numbers.
     *
     * @param target the column to predict
     */
    public static CsvTable values(Path file, String target) {
        return CsvReader.read(file, target, /* classes= */ false);
    }

    /** The number of rows. */
    public int rows() {
        return rows.size();
    }

    /** The names of the columns to predict from, in the file's order. */
    public List<String> features() {
        return features;
    }

    /** The classes, sorted; empty if a number is predicted. */
    public List<String> classes() {
        return classes;
    }

    /** The number of the row's class. */
    public int label(int row) {
        return (int) rows.get(row).target();
    }

    /** The row's value to predict. */
    public float value(int row) {
        return rows.get(row).target();
    }

    /** Copies the row's features to {@code to}, beginning at {@code offset}. */
    public void copyRow(int row, float[] to, int offset) {
        System.arraycopy(rows.get(row).features(), 0, to, offset, features.size());
    }

    /**
     * Holds out rows at random.
     *
     * @param heldOut the part held out, between 0 and 1
     * @throws AshlarException if it is not between 0 and 1
     */
    public Split split(double heldOut, Seed seed) {
        if (!(heldOut > 0 && heldOut < 1)) {
            throw new AshlarException(
                    "the part " + heldOut + " of a table cannot be held out; give one between 0 and 1");
        }
        List<Row> shuffled = new ArrayList<>(rows);
        SplittableRandom random = new SplittableRandom(seed.value());
        for (int i = shuffled.size() - 1; i > 0; i--) {
            Collections.swap(shuffled, i, random.nextInt(i + 1));
        }
        int cut = (int) Math.round(rows.size() * (1 - heldOut));
        return new Split(
                new CsvTable(features, classes, shuffled.subList(0, cut)),
                new CsvTable(features, classes, shuffled.subList(cut, rows.size())));
    }

    /** What brings each feature of this table to mean 0 and deviation 1; features that never change are only moved. */
    public Scaling scaling() {
        List<Float> means = new ArrayList<>();
        List<Float> deviations = new ArrayList<>();
        for (int column = 0; column < features.size(); column++) {
            int c = column;
            double mean =
                    rows.stream().mapToDouble(r -> r.features()[c]).average().orElse(0);
            double variance = rows.stream()
                    .mapToDouble(r -> (r.features()[c] - mean) * (r.features()[c] - mean))
                    .average()
                    .orElse(0);
            means.add((float) mean);
            deviations.add(variance > 0 ? (float) Math.sqrt(variance) : 1f);
        }
        return new Scaling(List.copyOf(means), List.copyOf(deviations));
    }

    /** This table with its features scaled; use the scaling of the rows that are learnt from for the held-out ones too. */
    public CsvTable scaled(Scaling scaling) {
        return new CsvTable(
                features,
                classes,
                rows.stream().map(row -> scaled(row, scaling)).toList());
    }

    private static Row scaled(Row row, Scaling scaling) {
        float[] values = Arrays.copyOf(row.features(), row.features().length);
        for (int c = 0; c < values.length; c++) {
            values[c] =
                    (values[c] - scaling.means().get(c)) / scaling.deviations().get(c);
        }
        return new Row(values, row.target());
    }
}
