package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** AdamW by our own kernel against libtorch's; skipped where there is no CUDA device. */
final class CudaAdamWTest {
    private static final double OFF = Double.POSITIVE_INFINITY;
    private static final int STEPS = 6;
    /** More than a launch takes, of odd sizes, and around those of a block. */
    private static final long[] SIZES = IntStream.concat(
                    IntStream.of(1, 7, 8, 16383, 16384, 16385, 3 * 16384, 100_003, 70_000), IntStream.range(100, 160))
            .asLongStream()
            .toArray();

    private static void requireDevice() {
        assumeTrue(Engine.count(DeviceKind.CUDA) > 0, "no CUDA device here");
    }

    private static Stream<DynamicTest> inEachPrecision(Consumer<Precision> test) {
        return Arrays.stream(Precision.values())
                .map(precision -> DynamicTest.dynamicTest(precision.name(), () -> {
                    requireDevice();
                    test.accept(precision);
                }));
    }

    /** Parameters with an optimizer. */
    private static final class Trained implements AutoCloseable {
        private final Engine engine;
        private final ParameterStore store;
        private final Optimizer optimizer;
        private final Random random = new Random(5);

        Trained(Precision precision, boolean kernels) {
            System.setProperty("ashlar.kernels", Boolean.toString(kernels));
            try {
                engine = Engine.open(DeviceKind.CUDA, precision, Seed.of(4), false);
            } finally {
                System.clearProperty("ashlar.kernels");
            }
            store = new ParameterStore(engine);
            for (int i = 0; i < SIZES.length; i++) {
                store.trainable("p" + i, Init.normal(1), i % 2 == 0, SIZES[i]);
            }
            OptimizerSettings settings =
                    OptimizerSettings.defaults(OptimizerKind.ADAMW).withWeightDecay(0.1);
            optimizer = OptimizerKind.ADAMW.create(settings, store.all(), engine);
        }

        List<Tensor> gradients() {
            List<Tensor> gradients = new ArrayList<>();
            for (int i = 0; i < SIZES.length; i++) {
                gradients.add(gradient(i));
            }
            return gradients;
        }

        /** Every third begins behind the begin of a vector. */
        private Tensor gradient(int parameter) {
            int size = (int) SIZES[parameter];
            int before = parameter % 3 == 0 ? 1 : 0;
            float[] values = new float[size + before];
            for (int i = before; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            try (Tensor uploaded = engine.ops().upload(HostTensor.of(values, values.length))) {
                return uploaded.narrow(0, before, size);
            }
        }

        void give(List<Tensor> gradients) {
            for (int i = 0; i < gradients.size(); i++) {
                store.all().get(i).addGradient(Tensors.share(gradients.get(i)));
            }
        }

        Map<String, float[]> numbers() {
            Map<String, float[]> numbers = new LinkedHashMap<>();
            for (Parameter parameter : store.all()) {
                numbers.put(parameter.name(), download(parameter.value()));
                numbers.put(parameter.name() + ".master", download(parameter.master()));
            }
            optimizer.state().forEach((name, state) -> numbers.put(name, download(state)));
            return numbers;
        }

        private float[] download(Tensor tensor) {
            return engine.ops().download(tensor).floats();
        }

        @Override
        public void close() {
            optimizer.close();
            store.close();
            engine.close();
        }
    }

    private static Map<String, float[]> trained(Precision precision, boolean kernels, double clipNorm) {
        try (Trained trained = new Trained(precision, kernels)) {
            for (int step = 0; step < STEPS; step++) {
                List<Tensor> gradients = trained.gradients();
                trained.give(gradients);
                gradients.forEach(Tensor::close);
                trained.optimizer.update(trained.store.all(), rate(step), clipNorm);
            }
            return trained.numbers();
        }
    }

    private static double rate(int step) {
        return 1e-2 / (1 + step);
    }

    /** @param parts of one of the largest number of a tensor that may be between its numbers */
    private static void assertClose(Map<String, float[]> expected, Map<String, float[]> actual, double parts) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, left) -> {
            float[] right = actual.get(name);
            double most = IntStream.range(0, left.length)
                    .mapToDouble(i -> Math.abs(left[i]))
                    .max()
                    .orElse(0);
            for (int i = 0; i < left.length; i++) {
                assertEquals(left[i], right[i], parts * most, name + ", element " + i);
            }
        });
    }

    private static double parts(Precision precision) {
        return precision == Precision.BF16 ? 1.0 / 64 : 1e-6;
    }

    @TestFactory
    Stream<DynamicTest> doesWhatLibtorchDoes() {
        return inEachPrecision(CudaAdamWTest::doesWhatLibtorchDoes);
    }

    private static void doesWhatLibtorchDoes(Precision precision) {
        Map<String, float[]> expected = trained(precision, false, OFF);
        Map<String, float[]> actual = trained(precision, true, OFF);
        // the rounded value may be the next one
        expected.keySet().removeIf(name -> precision == Precision.BF16_MIXED && !name.contains("."));
        actual.keySet().retainAll(expected.keySet());
        assertClose(expected, actual, parts(precision));
    }

    @TestFactory
    Stream<DynamicTest> clipsAsItGoes() {
        return inEachPrecision(CudaAdamWTest::clipsAsItGoes);
    }

    private static void clipsAsItGoes(Precision precision) {
        Map<String, float[]> expected = trained(precision, false, 2);
        Map<String, float[]> actual = trained(precision, true, 2);
        expected.keySet().removeIf(name -> precision == Precision.BF16_MIXED && !name.contains("."));
        actual.keySet().retainAll(expected.keySet());
        // the factor is not rounded to 16 bits with the gradients
        assertClose(expected, actual, precision == Precision.FP32 ? 1e-6 : 1.0 / 64);
    }

    @Test
    void roundsMastersInTheSamePass() {
        requireDevice();
        try (Trained trained = new Trained(Precision.BF16_MIXED, true)) {
            List<Tensor> gradients = trained.gradients();
            trained.give(gradients);
            gradients.forEach(Tensor::close);
            trained.optimizer.update(trained.store.all(), rate(0), OFF);
            for (Parameter parameter : trained.store.all()) {
                try (Tensor rounded = Tensors.as(parameter.master(), Precision.BF16_MIXED.compute())) {
                    assertTrue(
                            Arrays.equals(trained.download(rounded), trained.download(parameter.value())),
                            parameter.name());
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> aRecordingFollowsStepsAndRate() {
        return inEachPrecision(CudaAdamWTest::aRecordingFollowsStepsAndRate);
    }

    private static void aRecordingFollowsStepsAndRate(Precision precision) {
        assertRecorded(precision, OFF);
    }

    @TestFactory
    Stream<DynamicTest> aRecordingClips() {
        return inEachPrecision(CudaAdamWTest::aRecordingClips);
    }

    private static void aRecordingClips(Precision precision) {
        assertRecorded(precision, 2);
    }

    private static void assertRecorded(Precision precision, double clipNorm) {
        Map<String, float[]> expected;
        try (Trained once = new Trained(precision, true)) {
            List<Tensor> gradients = once.gradients();
            for (int step = 0; step < STEPS; step++) {
                once.give(gradients);
                once.optimizer.update(once.store.all(), rate(step), clipNorm);
            }
            gradients.forEach(Tensor::close);
            expected = once.numbers();
        }
        try (Trained again = new Trained(precision, true)) {
            assertTrue(again.optimizer.recordable(clipNorm));
            List<Tensor> gradients = again.gradients();
            again.optimizer.rate(rate(0));
            try (Recording recording = again.engine.record(() -> {
                again.give(gradients);
                again.optimizer.update(again.store.all(), rate(0), clipNorm);
            })) {
                for (int step = 0; step < STEPS; step++) {
                    again.optimizer.rate(rate(step));
                    recording.replay();
                }
                assertClose(expected, again.numbers(), 0);
            }
            gradients.forEach(Tensor::close);
        }
    }

    @TestFactory
    Stream<DynamicTest> takesNoMemory() {
        return inEachPrecision(CudaAdamWTest::takesNoMemory);
    }

    private static void takesNoMemory(Precision precision) {
        try (Trained trained = new Trained(precision, true)) {
            List<Tensor> gradients = trained.gradients();
            trained.give(gradients);
            gradients.forEach(Tensor::close);
            trained.optimizer.rate(rate(0));
            trained.engine.resetPeak();
            long before = trained.engine.memory().orElseThrow().allocatedBytes();
            trained.optimizer.update(trained.store.all(), rate(0), OFF);
            assertEquals(before, trained.engine.memory().orElseThrow().peakBytes());
        }
    }
}
