package dev.ashlar.processor.op;

import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Seeded sizes and tensors on the CPU. */
final class Draw {
    private final Random random;
    private final int unit;

    /** Draws sizes that are multiples of {@code unit}. */
    Draw(long seed, int unit) {
        this.random = new Random(seed);
        this.unit = unit;
    }

    /** A size of a dimension. */
    long size(int from, int to) {
        return (long) unit * any(from, to);
    }

    /** A number that is no size. */
    int any(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    Tensor normal(long... shape) {
        float[] values = new float[(int) count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor tensor = torch.empty(shape);
        try (FloatPointer data = tensor.data_ptr_float()) {
            data.put(values, 0, values.length);
        }
        return tensor;
    }

    /** Whole numbers in [0, bound). */
    Tensor ids(long bound, long... shape) {
        long[] values = new long[(int) count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt((int) bound);
        }
        Tensor tensor = torch.empty(shape).to(ScalarType.Long);
        try (LongPointer data = tensor.data_ptr_long()) {
            data.put(values, 0, values.length);
        }
        return tensor;
    }

    private static long count(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
}
