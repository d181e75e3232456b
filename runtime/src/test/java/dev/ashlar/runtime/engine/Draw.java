package dev.ashlar.runtime.engine;

import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Seeded sizes and tensors on the CPU. */
final class Draw {
    private final Random random;

    Draw(long seed) {
        random = new Random(seed);
    }

    int size(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    Tensor normal(long... shape) {
        Tensor tensor = torch.empty(shape);
        float[] values = new float[(int) tensor.numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        try (FloatPointer data = tensor.data_ptr_float()) {
            data.put(values, 0, values.length);
        }
        return tensor;
    }

    /** Near 1, as the weight of a norm is. */
    Tensor nearOne(long... shape) {
        try (Tensor noise = normal(shape);
                org.bytedeco.pytorch.Scalar small = new org.bytedeco.pytorch.Scalar(0.2);
                org.bytedeco.pytorch.Scalar one = new org.bytedeco.pytorch.Scalar(1.0)) {
            noise.mul_(small);
            return noise.add(one);
        }
    }

    Tensor ids(long bound, long... shape) {
        try (Tensor floats = torch.empty(shape)) {
            Tensor ids = floats.to(ScalarType.Long);
            long[] values = new long[(int) ids.numel()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt((int) bound);
            }
            try (LongPointer data = ids.data_ptr_long()) {
                data.put(values, 0, values.length);
            }
            return ids;
        }
    }
}
