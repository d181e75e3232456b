package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.io.CsvTable;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Rows of a table for a model with a floating input [batch, …] that takes the features and an input [batch] (or [batch, 1]) that takes the
 * class or the value. Every epoch visits the rows in another order, each at most once; rows that fill no whole batch wait for the next epoch.
 *
 * @param <B> the record of one batch
 */
public final class TableBatches<B> implements Batches<B> {
    private final CsvTable table;
    private final Step<B> step;
    private final Seed seed;
    private final InputInfo features;
    private final InputInfo targets;
    private final int rows;
    private long orderEpoch = -1;
    private int[] order = {};

    private TableBatches(CsvTable table, Step<B> step, Seed seed, int rows) {
        this.table = table;
        this.step = step;
        this.seed = seed;
        this.features = step.plan().inputs().get(0);
        this.targets = step.plan().inputs().get(1);
        this.rows = rows;
    }

    /**
     * Batches in the plan's shape.
     *
     * @throws AshlarException if the model's inputs do not fit the table, or the table has fewer rows than one batch
     */
    public static <B> TableBatches<B> of(CsvTable table, Step<B> step, Seed seed) {
        List<InputInfo> inputs = step.plan().inputs();
        requireInputs(step.plan().model(), inputs, table);
        int rows = Math.toIntExact(inputs.get(0).shape().get(0));
        if (table.rows() < rows) {
            throw new AshlarException("the table has " + table.rows() + " rows, fewer than one batch of " + rows
                    + "; give more, or plan a smaller batch");
        }
        return new TableBatches<>(table, step, seed, rows);
    }

    private static void requireInputs(String model, List<InputInfo> inputs, CsvTable table) {
        DType target = table.classes().isEmpty() ? DType.FLOAT32 : DType.INT64;
        boolean fits = inputs.size() == 2
                && inputs.get(0).dtype().floating()
                && !inputs.get(0).shape().isEmpty()
                && inputs.get(1).dtype().floating() == target.floating()
                && inputs.get(1).elements() == inputs.get(0).shape().get(0);
        if (!fits) {
            throw new AshlarException("a table needs a model with a FLOAT32 input [batch, features] and a " + target
                    + " input [batch], in this order, but " + model + " reads "
                    + inputs.stream()
                            .map(i -> i.name() + ":" + i.dtype() + i.shape())
                            .toList()
                    + "; make its batches yourself with Step.batch");
        }
        long perRow =
                inputs.get(0).elements() / Math.max(1, inputs.get(0).shape().get(0));
        if (perRow != table.features().size()) {
            throw new AshlarException("the table has " + table.features().size()
                    + " features, but one row of the input '" + inputs.get(0).name() + "' of " + model + " takes "
                    + perRow + "; change the model's dims or the table");
        }
    }

    /** How many batches one pass over the table has. */
    public int batchesPerEpoch() {
        return table.rows() / rows;
    }

    @Override
    public B at(long position) {
        int[] shuffled = order(position / batchesPerEpoch());
        int first = (int) (position % batchesPerEpoch()) * rows;
        int width = table.features().size();
        float[] values = new float[rows * width];
        for (int row = 0; row < rows; row++) {
            table.copyRow(shuffled[first + row], values, row * width);
        }
        return step.batch(List.of(HostTensor.of(values, sizes(features)), targets(shuffled, first)));
    }

    private HostTensor targets(int[] shuffled, int first) {
        if (table.classes().isEmpty()) {
            float[] values = new float[rows];
            for (int row = 0; row < rows; row++) {
                values[row] = table.value(shuffled[first + row]);
            }
            return HostTensor.of(values, sizes(targets));
        }
        long[] labels = new long[rows];
        for (int row = 0; row < rows; row++) {
            labels[row] = table.label(shuffled[first + row]);
        }
        return HostTensor.of(labels, sizes(targets));
    }

    private static long[] sizes(InputInfo input) {
        return input.shape().stream().mapToLong(Long::longValue).toArray();
    }

    /** Fisher and Yates; kept for the epoch, since a shuffle a batch would be quadratic. */
    private int[] order(long epoch) {
        if (epoch != orderEpoch) {
            SplittableRandom random = new SplittableRandom(seed.mix(epoch));
            order = new int[table.rows()];
            for (int i = 0; i < order.length; i++) {
                int j = random.nextInt(i + 1);
                order[i] = order[j];
                order[j] = i;
            }
            orderEpoch = epoch;
        }
        return order;
    }
}
