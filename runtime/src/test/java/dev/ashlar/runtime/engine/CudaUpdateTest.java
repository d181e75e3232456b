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

/** Updates by our own kernel against libtorch's; skipped where there is no CUDA device. */
final class CudaUpdateTest {
    private static final double OFF = Double.POSITIVE_INFINITY;
    private static final int STEPS = 6;
    private static final double MOST_ASTRAY = 0.06;
    /** More than a launch takes, of odd sizes, and around those of a block. */
    private static final long[] SIZES = IntStream.concat(
                    IntStream.of(1, 7, 8, 16383, 16384, 16385, 3 * 16384, 100_003, 70_000), IntStream.range(100, 160))
            .asLongStream()
            .toArray();

    private static void requireDevice() {
        assumeTrue(Engine.count(DeviceKind.CUDA) > 0, "no CUDA device here");
    }

    private record Way(OptimizerKind kind, double momentum, Precision precision) {
        OptimizerSettings settings() {
            return OptimizerSettings.defaults(kind).withMomentum(momentum).withWeightDecay(0.1);
        }
    }

    private static Stream<DynamicTest> inEachWay(Consumer<Way> test) {
        return Arrays.stream(Precision.values())
                .flatMap(precision -> Stream.of(
                        new Way(OptimizerKind.ADAMW, 0, precision),
                        new Way(OptimizerKind.LION, 0, precision),
                        new Way(OptimizerKind.SGD, 0, precision),
                        new Way(OptimizerKind.SGD, 0.9, precision)))
                .map(way -> DynamicTest.dynamicTest(way.toString(), () -> {
                    requireDevice();
                    test.accept(way);
                }));
    }

    /** Parameters with an optimizer. */
    private static final class Trained implements AutoCloseable {
        private final Engine engine;
        private final ParameterStore store;
        private final Optimizer optimizer;
        private final Random random = new Random(5);

        Trained(Way way, boolean kernels) {
            System.setProperty("ashlar.kernels", Boolean.toString(kernels));
            try {
                engine = Engine.open(DeviceKind.CUDA, way.precision(), Seed.of(4), false);
            } finally {
                System.clearProperty("ashlar.kernels");
            }
            store = new ParameterStore(engine);
            for (int i = 0; i < SIZES.length; i++) {
                store.trainable("p" + i, Init.normal(1), i % 2 == 0, SIZES[i]);
            }
            optimizer = way.kind().create(way.settings(), store.all(), engine);
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

    private static Map<String, float[]> trained(Way way, boolean kernels, double clipNorm) {
        try (Trained trained = new Trained(way, kernels)) {
            for (int step = 0; step < STEPS; step++) {
                List<Tensor> gradients = trained.gradients();
                trained.give(gradients);
                gradients.forEach(Tensor::close);
                trained.optimizer.update(trained.store.all(), rate(step), clipNorm);
            }
            return trained.numbers();
        }
    }

    /** Without values that are rounded beside: they may be the next ones. */
    private static Map<String, float[]> compared(Way way, boolean kernels, double clipNorm) {
        Map<String, float[]> numbers = trained(way, kernels, clipNorm);
        numbers.keySet().removeIf(name -> way.precision() == Precision.BF16_MIXED && !name.contains("."));
        return numbers;
    }

    private static double rate(int step) {
        return 1e-2 / (1 + step);
    }

    /**
     * Compares all numbers.
     *
     * @param parts of one of the largest number of a tensor that may be between its numbers
     * @param astray share of all numbers that may be up to {@link #MOST_ASTRAY} apart: Lion's signs where it is about zero
     */
    private static void assertClose(
            Map<String, float[]> expected, Map<String, float[]> actual, double parts, double astray) {
        assertEquals(expected.keySet(), actual.keySet());
        long all = 0;
        long far = 0;
        for (Map.Entry<String, float[]> entry : expected.entrySet()) {
            float[] left = entry.getValue();
            float[] right = actual.get(entry.getKey());
            double most = IntStream.range(0, left.length)
                    .mapToDouble(i -> Math.abs(left[i]))
                    .max()
                    .orElse(0);
            for (int i = 0; i < left.length; i++) {
                boolean near = Math.abs(left[i] - right[i]) <= parts * most;
                far += near ? 0 : 1;
                assertEquals(
                        left[i],
                        right[i],
                        parts * most + (astray > 0 ? MOST_ASTRAY : 0),
                        entry.getKey() + ", element " + i);
            }
            all += left.length;
        }
        assertTrue(far <= astray * all, far + " of " + all + " numbers are apart");
    }

    private static double parts(Way way) {
        if (way.precision() != Precision.BF16) {
            return 1e-6;
        }
        // libtorch rounds single operators of the others
        return way.kind() == OptimizerKind.ADAMW ? 1.0 / 64 : 1.0 / 32;
    }

    private static double astray(Way way) {
        return way.kind() == OptimizerKind.LION ? 0.05 : 0;
    }

    @TestFactory
    Stream<DynamicTest> doesWhatLibtorchDoes() {
        return inEachWay(CudaUpdateTest::doesWhatLibtorchDoes);
    }

    private static void doesWhatLibtorchDoes(Way way) {
        assertClose(compared(way, false, OFF), compared(way, true, OFF), parts(way), astray(way));
    }

    @TestFactory
    Stream<DynamicTest> clipsAsItGoes() {
        return inEachWay(CudaUpdateTest::clipsAsItGoes);
    }

    private static void clipsAsItGoes(Way way) {
        // the factor is not rounded to 16 bits with the gradients
        double parts = way.precision() == Precision.FP32 ? 1e-6 : 1.0 / 32;
        assertClose(compared(way, false, 2), compared(way, true, 2), parts, astray(way));
    }

    @Test
    void roundsMastersInTheSamePass() {
        requireDevice();
        try (Trained trained = new Trained(new Way(OptimizerKind.ADAMW, 0, Precision.BF16_MIXED), true)) {
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
        return inEachWay(CudaUpdateTest::aRecordingFollowsStepsAndRate);
    }

    private static void aRecordingFollowsStepsAndRate(Way way) {
        assertRecorded(way, OFF);
    }

    @TestFactory
    Stream<DynamicTest> aRecordingClips() {
        return inEachWay(CudaUpdateTest::aRecordingClips);
    }

    private static void aRecordingClips(Way way) {
        assertRecorded(way, 2);
    }

    private static void assertRecorded(Way way, double clipNorm) {
        Map<String, float[]> expected;
        try (Trained once = new Trained(way, true)) {
            List<Tensor> gradients = once.gradients();
            for (int step = 0; step < STEPS; step++) {
                once.give(gradients);
                once.optimizer.update(once.store.all(), rate(step), clipNorm);
            }
            gradients.forEach(Tensor::close);
            expected = once.numbers();
        }
        try (Trained again = new Trained(way, true)) {
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
                assertClose(expected, again.numbers(), 0, 0);
            }
            gradients.forEach(Tensor::close);
        }
    }

    @TestFactory
    Stream<DynamicTest> takesNoMemory() {
        return inEachWay(CudaUpdateTest::takesNoMemory);
    }

    private static void takesNoMemory(Way way) {
        try (Trained trained = new Trained(way, true)) {
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
