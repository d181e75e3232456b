package dev.ashlar.samples;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.io.CsvTable;

/** Rows of numbers, each with the class it belongs to. Its arrays are not copied: do not change them. */
public final class LabelledRows {
    private final int width;
    private final float[] values;
    private final int[] labels;

    /**
     * @param width the numbers in one row
     * @param values row after row, {@code labels.length * width} numbers
     * @param labels the class of each row, counted from 0
     */
    public LabelledRows(int width, float[] values, int[] labels) {
        if (values.length != width * labels.length) {
            throw new AshlarException(labels.length + " rows of " + width + " numbers are " + width * labels.length
                    + " numbers, but there are " + values.length + "; give as many");
        }
        this.width = width;
        this.values = values;
        this.labels = labels;
    }

    /** The rows of a table that was read with classes. */
    public static LabelledRows of(CsvTable table) {
        int width = table.features().size();
        float[] values = new float[table.rows() * width];
        int[] labels = new int[table.rows()];
        for (int row = 0; row < labels.length; row++) {
            table.copyRow(row, values, row * width);
            labels[row] = table.label(row);
        }
        return new LabelledRows(width, values, labels);
    }

    /** The number of rows. */
    public int size() {
        return labels.length;
    }

    /** The numbers in one row. */
    public int width() {
        return width;
    }

    /** The class of a row, counted from 0. */
    public int label(int row) {
        return labels[row];
    }

    /** Number {@code column} of a row. */
    public float value(int row, int column) {
        return values[row * width + column];
    }

    /** Copies a row's numbers to {@code to}, beginning at {@code offset}. */
    void copyRow(int row, float[] to, int offset) {
        System.arraycopy(values, row * width, to, offset, width);
    }
}
