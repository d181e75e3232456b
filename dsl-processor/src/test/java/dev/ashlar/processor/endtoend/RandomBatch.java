package dev.ashlar.processor.endtoend;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.runtime.train.PlanInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Seeded inputs for any plan: standard normal floats, ids below their bound. */
final class RandomBatch {
    private RandomBatch() {}

    static List<HostTensor> of(PlanInfo plan, long seed) {
        Random random = new Random(seed);
        List<HostTensor> inputs = new ArrayList<>();
        for (InputInfo info : plan.inputs()) {
            long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
            int size = 1;
            for (long extent : shape) {
                size = Math.toIntExact(size * extent);
            }
            inputs.add(info.dtype() == DType.INT64 ? ids(info, shape, size, random) : floats(shape, size, random));
        }
        return inputs;
    }

    private static HostTensor ids(InputInfo info, long[] shape, int size, Random random) {
        long[] ids = new long[size];
        for (int i = 0; i < size; i++) {
            // One in ten is a value that the bound does not allow but the loss ignores.
            boolean ignored = info.alsoAllowed() != InputInfo.NONE && random.nextInt(10) == 0;
            ids[i] = ignored ? info.alsoAllowed() : random.nextInt((int) info.exclusiveUpperBound());
        }
        return HostTensor.of(ids, shape);
    }

    private static HostTensor floats(long[] shape, int size, Random random) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return HostTensor.of(values, shape);
    }
}
