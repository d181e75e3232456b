package dev.ashlar.samples;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.train.Batches;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.runtime.train.Step;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * Rows as batches of a classifier that reads one floating input [batch, …] and one input of classes [batch]. Every epoch visits the rows in
 * another order.
 *
 * @param <B> the record of one batch
 */
public final class RowBatches<B> implements Batches<B> {
    private final LabelledRows rows;
    private final Step<B> step;
    private final Seed seed;
    private final BiFunction<HostTensor, HostTensor, B> make;
    private final long[] shape;
    private final int batch;
    private int[] order = {};
    private long orderEpoch = -1;

    private RowBatches(
            LabelledRows rows, Step<B> step, Seed seed, BiFunction<HostTensor, HostTensor, B> make, long[] shape) {
        this.rows = rows;
        this.step = step;
        this.seed = seed;
        this.make = make;
        this.shape = shape;
        this.batch = Math.toIntExact(shape[0]);
    }

    /**
     * Batches in the shape of the step's plan.
     *
     * @param make makes a batch of the rows' values, in the shape of the plan's floating input, and of their classes [batch]
     * @throws AshlarException if a row has more or fewer numbers than the plan's input takes, or a class that the plan does not know, or if
     *     the rows do not fill one batch
     */
    public static <B> RowBatches<B> of(
            LabelledRows rows, Step<B> step, Seed seed, BiFunction<HostTensor, HostTensor, B> make) {
        InputInfo values = input(step, /* floating= */ true);
        InputInfo classes = input(step, /* floating= */ false);
        long batch = values.shape().get(0);
        requireWidth(rows, values.elements() / batch, step);
        requireClasses(rows, classes.exclusiveUpperBound(), step);
        if (rows.size() < batch) {
            throw new AshlarException("there are " + rows.size() + " rows, fewer than one batch of " + batch
                    + "; give more, or plan a smaller batch");
        }
        long[] shape = values.shape().stream().mapToLong(Long::longValue).toArray();
        return new RowBatches<>(rows, step, seed, make, shape);
    }

    private static InputInfo input(Step<?> step, boolean floating) {
        return step.plan().inputs().stream()
                .filter(input -> input.dtype().floating() == floating)
                .findFirst()
                .orElseThrow(
                        () -> new AshlarException("the model " + step.plan().model() + " has no "
                                + (floating ? "floating input" : "input of classes") + "; add one with @Input"));
    }

    private static void requireWidth(LabelledRows rows, long width, Step<?> step) {
        if (rows.width() != width) {
            throw new AshlarException("a row has " + rows.width() + " numbers, but the plan "
                    + step.plan().plan() + " was compiled for " + width + "; change the model's dims or the data");
        }
    }

    private static void requireClasses(LabelledRows rows, long classes, Step<?> step) {
        for (int row = 0; row < rows.size(); row++) {
            if (rows.label(row) >= classes) {
                throw new AshlarException("row " + row + " is of class " + rows.label(row) + ", but the plan "
                        + step.plan().plan() + " was compiled for " + classes
                        + " classes; change the model's dims or the data");
            }
        }
    }

    @Override
    public B at(long position) {
        int batches = rows.size() / batch;
        shuffle(position / batches);
        int first = (int) (position % batches) * batch;
        int[] picked = new int[batch];
        System.arraycopy(order, first, picked, 0, batch);
        return batch(picked);
    }

    /** The part of all rows whose class the model finds: the class with the largest {@code logits}. */
    public double accuracy() {
        int correct = 0;
        int[] picked = new int[batch];
        for (int first = 0; first < rows.size(); first += batch) {
            for (int i = 0; i < batch; i++) {
                picked[i] = (first + i)
                        % rows.size(); // the last batch is filled with the first rows, which are not counted again
            }
            HostTensor logits = step.forward(batch(picked)).get("logits");
            if (logits == null) {
                throw new AshlarException("the model " + step.plan().model()
                        + " has no output 'logits'; name the method with @Output so");
            }
            int counted = Math.min(batch, rows.size() - first);
            correct += correct(logits, picked, counted);
        }
        return (double) correct / rows.size();
    }

    private int correct(HostTensor logits, int[] picked, int counted) {
        int classes = logits.size() / batch;
        int correct = 0;
        for (int i = 0; i < counted; i++) {
            correct += argmax(logits.floats(), i * classes, classes) == rows.label(picked[i]) ? 1 : 0;
        }
        return correct;
    }

    private static int argmax(float[] values, int offset, int length) {
        int best = 0;
        for (int i = 1; i < length; i++) {
            best = values[offset + i] > values[offset + best] ? i : best;
        }
        return best;
    }

    private B batch(int[] picked) {
        float[] values = new float[picked.length * rows.width()];
        long[] classes = new long[picked.length];
        for (int i = 0; i < picked.length; i++) {
            rows.copyRow(picked[i], values, i * rows.width());
            classes[i] = rows.label(picked[i]);
        }
        return make.apply(HostTensor.of(values, shape), HostTensor.of(classes, batch));
    }

    /** Fisher and Yates, once an epoch. */
    private void shuffle(long epoch) {
        if (epoch == orderEpoch) {
            return;
        }
        SplittableRandom random = new SplittableRandom(seed.mix(epoch));
        order = new int[rows.size()];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        orderEpoch = epoch;
    }
}
