package dev.ashlar.runtime.train;

import dev.ashlar.runtime.HostTensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Seeded batches whose class is the largest of the first three features: an MLP learns it. */
final class Batch {
    private Batch() {}

    static TinyMlpBatch of(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[rows * TinyMlpStep.FEATURES];
        long[] targets = new long[rows];
        for (int row = 0; row < rows; row++) {
            int first = row * TinyMlpStep.FEATURES;
            for (int i = 0; i < TinyMlpStep.FEATURES; i++) {
                x[first + i] = (float) (random.nextDouble() * 2 - 1);
            }
            for (int c = 1; c < TinyMlpStep.CLASSES; c++) {
                targets[row] = x[first + c] > x[first + (int) targets[row]] ? c : targets[row];
            }
        }
        return new TinyMlpBatch(HostTensor.of(x, rows, TinyMlpStep.FEATURES), HostTensor.of(targets, rows));
    }

    /** Rows [from, to) of a batch. */
    static TinyMlpBatch part(TinyMlpBatch whole, int from, int to) {
        int width = TinyMlpStep.FEATURES;
        return new TinyMlpBatch(
                HostTensor.of(Arrays.copyOfRange(whole.x().floats(), from * width, to * width), to - from, width),
                HostTensor.of(Arrays.copyOfRange(whole.targets().longs(), from, to), to - from));
    }

    static TinyMlpBatch withX(TinyMlpBatch batch, float value) {
        float[] x = batch.x().floats().clone();
        x[3] = value;
        return new TinyMlpBatch(HostTensor.of(x, batch.x().shape()), batch.targets());
    }

    static TinyMlpBatch withTarget(TinyMlpBatch batch, int row, long target) {
        long[] targets = batch.targets().longs().clone();
        targets[row] = target;
        return new TinyMlpBatch(
                batch.x(), HostTensor.of(targets, batch.targets().shape()));
    }
}
