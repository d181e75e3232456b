package dev.ashlar.processor.endtoend;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import java.util.Random;

/**
 * Seeded values for all parameters. Initial values would hide mistakes: norms' weights are all one, biases all zero, and attention over
 * small embeddings hardly depends on queries and keys.
 */
final class RandomValues {
    private RandomValues() {}

    static void assign(ParameterStore store, long seed) {
        Random random = new Random(seed);
        for (Parameter parameter : store.all()) {
            if (parameter.kind() != Parameter.Kind.BUFFER) {
                parameter.assign(values(parameter, random));
            }
        }
    }

    private static HostTensor values(Parameter parameter, Random random) {
        long[] shape = parameter.shape();
        int size = 1;
        for (long extent : shape) {
            size = Math.toIntExact(size * extent);
        }
        boolean vector = shape.length == 1;
        double centre = vector && parameter.name().endsWith("weight") ? 1 : 0;
        double deviation = vector ? 0.3 : 1 / Math.sqrt((double) size / shape[0]);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (centre + deviation * random.nextGaussian());
        }
        return HostTensor.of(values, shape);
    }
}
