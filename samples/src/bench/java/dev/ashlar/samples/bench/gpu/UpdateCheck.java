package dev.ashlar.samples.bench.gpu;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Init;
import dev.ashlar.runtime.engine.Optimizer;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.OptimizerSettings;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.engine.Recording;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW on CUDA by our own kernel and by libtorch's: prints how far their numbers are apart after some steps, and what they move in a
 * second.
 */
public final class UpdateCheck {
    private static final double OFF = Double.POSITIVE_INFINITY;
    private static final int STEPS = 20;
    private static final int RUNS = 9;
    /** Tensors of many sizes, some around those of a block, and more than a launch takes. */
    private static final long[] SIZES = LongStream.concat(
                    LongStream.of(1, 7, 8, 16383, 16384, 16385, 3 * 16384, 100_003, 768 * 768, 3_000_001),
                    IntStream.range(100, 200).asLongStream())
            .toArray();

    private UpdateCheck() {}

    public static void main(String[] arguments) {
        for (Precision precision : Precision.values()) {
            difference(precision);
        }
        for (Precision precision : Precision.values()) {
            for (boolean kernels : new boolean[] {false, true}) {
                rate("64 matrices of 4096 x 4096", precision, kernels, 0, equal(64, 4096 * 4096));
                rate("64 matrices, gradients not aligned", precision, kernels, 1, equal(64, 4096 * 4096));
                rate("12 matrices of 768 x 3072", precision, kernels, 0, equal(12, 768 * 3072));
                rate("300 vectors of 2048", precision, kernels, 0, equal(300, 2048));
            }
        }
    }

    private static long[] equal(int count, long size) {
        long[] sizes = new long[count];
        Arrays.fill(sizes, size);
        return sizes;
    }

    private static Engine open(Precision precision, boolean kernels) {
        System.setProperty("ashlar.kernels", Boolean.toString(kernels));
        return Engine.open(DeviceKind.CUDA, precision, Seed.of(4), false);
    }

    private static ParameterStore parameters(Engine engine, long[] sizes, Init init) {
        ParameterStore store = new ParameterStore(engine);
        for (int i = 0; i < sizes.length; i++) {
            store.trainable("p" + i, init, i % 2 == 0, sizes[i]);
        }
        return store;
    }

    private static Map<String, float[]> trained(Precision precision, boolean kernels) {
        try (Engine engine = open(precision, kernels);
                ParameterStore store = parameters(engine, SIZES, Init.normal(1));
                Optimizer optimizer = OptimizerKind.ADAMW.create(
                        OptimizerSettings.defaults(OptimizerKind.ADAMW).withWeightDecay(0.1), store.all(), engine)) {
            float[] drawn = drawn((int) Arrays.stream(SIZES).max().orElseThrow() + STEPS + 1);
            for (int step = 0; step < STEPS; step++) {
                for (int i = 0; i < SIZES.length; i++) {
                    int before = i % 3 == 0 ? 1 : 0;
                    float[] values = Arrays.copyOfRange(drawn, step, step + (int) SIZES[i] + before);
                    try (Tensor uploaded = engine.ops().upload(HostTensor.of(values, values.length))) {
                        store.all().get(i).addGradient(uploaded.narrow(0, before, SIZES[i]));
                    }
                }
                optimizer.update(store.all(), 1e-3 * (1 + step), OFF);
            }
            Map<String, float[]> numbers = new LinkedHashMap<>();
            for (Parameter parameter : store.all()) {
                numbers.put(parameter.name(), engine.ops().download(parameter.master()).floats());
            }
            optimizer.state().forEach((name, state) -> numbers.put(
                    name, engine.ops().download(state).floats()));
            return numbers;
        }
    }

    private static float[] drawn(int count) {
        Random random = new Random(7);
        float[] drawn = new float[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = (float) random.nextGaussian();
        }
        return drawn;
    }

    private static void difference(Precision precision) {
        Map<String, float[]> expected = trained(precision, false);
        Map<String, float[]> actual = trained(precision, true);
        Map<String, double[]> apart = new LinkedHashMap<>();
        expected.forEach((name, left) -> {
            String kind = name.contains(".") ? name.substring(name.indexOf('.') + 1) : "value";
            double[] sums = apart.computeIfAbsent(kind, k -> new double[4]);
            float[] right = actual.get(name);
            for (int i = 0; i < left.length; i++) {
                double difference = Math.abs(left[i] - right[i]);
                sums[0] = Math.max(sums[0], difference);
                sums[1] = Math.max(sums[1], Math.abs(left[i]));
                sums[2] += difference == 0 ? 0 : 1;
                sums[3]++;
            }
        });
        apart.forEach((kind, sums) -> System.out.printf(
                Locale.ROOT,
                "{\"check\":\"update\",\"precision\":\"%s\",\"numbers\":\"%s\",\"steps\":%d,\"largestDifference\":%.3e,\"ofLargest\":%.3e,\"differ\":%.4f}%n",
                precision,
                kind,
                STEPS,
                sums[0],
                sums[0] / sums[1],
                sums[2] / sums[3]));
    }

    /** @param before numbers before each gradient */
    private static void rate(String what, Precision precision, boolean kernels, int before, long[] sizes) {
        List<Tensor> gradients = new ArrayList<>();
        try (Engine engine = open(precision, kernels);
                ParameterStore store = parameters(engine, sizes, Init.constant(1));
                Optimizer optimizer = OptimizerKind.ADAMW.create(
                        OptimizerSettings.defaults(OptimizerKind.ADAMW), store.all(), engine)) {
            long numbers = Arrays.stream(sizes).sum();
            for (long size : sizes) {
                try (Tensor drawn = engine.ops().normal(size + before)) {
                    gradients.add(drawn.narrow(0, before, size));
                }
            }
            Runnable update = () -> {
                for (int i = 0; i < sizes.length; i++) {
                    store.all().get(i).addGradient(engine.ops().share(gradients.get(i)));
                }
                optimizer.update(store.all(), 1e-4, OFF);
            };
            update.run();
            double seconds;
            try (Recording recording = engine.record(update)) {
                recording.replay();
                seconds = median(engine, recording::replay);
            }
            gradients.forEach(Tensor::close);
            long bytes = numbers * (precision == Precision.BF16 ? 14 : 28);
            System.out.printf(
                    Locale.ROOT,
                    "{\"check\":\"update\",\"what\":\"%s\",\"precision\":\"%s\",\"kernels\":%b,\"microseconds\":%.1f,\"gigabytesPerSecond\":%.0f}%n",
                    what,
                    precision,
                    kernels,
                    seconds * 1e6,
                    bytes / seconds * 1e-9);
        }
    }

    private static double median(Engine engine, Runnable body) {
        double[] seconds = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            engine.synchronize();
            long start = System.nanoTime();
            body.run();
            engine.synchronize();
            seconds[i] = (System.nanoTime() - start) * 1e-9;
        }
        Arrays.sort(seconds);
        return seconds[RUNS / 2];
    }
}
