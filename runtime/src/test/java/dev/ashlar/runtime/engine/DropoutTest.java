package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
    private static final int SIZE = 1 << 20;

    private static float[] mask(long seed, long step, long key, double p, long... shape) {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(seed), false)) {
            engine.step(step);
            long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            float[] ones = new float[(int) size];
            Arrays.fill(ones, 1);
            try (Tensor x = engine.ops().upload(HostTensor.of(ones, shape));
                    Tensor y = engine.ops().dropout(x, p, key)) {
                return engine.ops().download(y).floats();
            }
        }
    }

    /** Five standard deviations of a binomial. */
    private static double bound(double p, double count) {
        return 5 * Math.sqrt(p * (1 - p) / count);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.1, 0.5, 0.9})
    void dropsTheShareAskedForAndScalesTheRest(double p) {
        float[] mask = mask(1, 2, 3, p, SIZE);
        int dropped = 0;
        int neighbours = 0;
        int apart = 0;
        for (int i = 0; i < SIZE; i++) {
            assertTrue(mask[i] == 0 || mask[i] == (float) (1 / (1 - p)));
            if (mask[i] == 0) {
                dropped++;
                neighbours += i > 0 && mask[i - 1] == 0 ? 1 : 0;
                apart += i >= 1 << 15 && mask[i - (1 << 15)] == 0 ? 1 : 0;
            }
        }
        assertEquals(p, dropped / (double) SIZE, bound(p, SIZE));
        assertEquals(p * p, neighbours / (double) SIZE, bound(p * p, SIZE) + 2e-6);
        assertEquals(p * p, apart / (double) (SIZE - (1 << 15)), bound(p * p, SIZE) + 2e-6);
    }

    @Test
    void aSmallerProbabilityDropsASubset() {
        float[] half = mask(1, 2, 3, 0.5, SIZE);
        float[] quarter = mask(1, 2, 3, 0.25, SIZE);
        for (int i = 0; i < SIZE; i++) {
            assertTrue(half[i] == 0 || quarter[i] != 0);
        }
    }

    @Test
    void masksOfOtherSeedsStepsAndKeysAreIndependent() {
        float[] mask = mask(1, 2, 3, 0.5, SIZE);
        for (float[] other : new float[][] {
            mask(2, 2, 3, 0.5, SIZE), mask(1, 3, 3, 0.5, SIZE), mask(1, 2, 4, 0.5, SIZE), mask(1, 3, 2, 0.5, SIZE)
        }) {
            int both = 0;
            for (int i = 0; i < SIZE; i++) {
                both += mask[i] == 0 && other[i] == 0 ? 1 : 0;
            }
            assertEquals(0.25, both / (double) SIZE, bound(0.25, SIZE));
        }
    }

    @Test
    void dependsOnTheIndexAlone() {
        float[] longer = mask(1, 2, 3, 0.3, 100_000);
        assertArrayEquals(longer, mask(1, 2, 3, 0.3, 100, 1000));
        assertArrayEquals(Arrays.copyOf(longer, 70_000), mask(1, 2, 3, 0.3, 70_000));
        assertFalse(Arrays.equals(Arrays.copyOf(longer, 10), Arrays.copyOfRange(longer, 32_768, 32_778)));
    }

    private static Stream<Arguments> parts() {
        return Stream.of(
                Arguments.of(new long[] {6, 5, 4}, new long[] {3, 5, 4}),
                Arguments.of(new long[] {6, 4, 5}, new long[] {6, 2, 5}),
                Arguments.of(new long[] {6, 5, 4}, new long[] {6, 5, 2}),
                Arguments.of(new long[] {6, 5, 4}, new long[] {3, 5, 2}),
                Arguments.of(new long[] {4, 6, 4, 8}, new long[] {2, 3, 4, 2}),
                Arguments.of(new long[] {4, 6, 4, 8}, new long[] {4, 3, 2, 4}),
                Arguments.of(new long[] {3, 4, 50_000}, new long[] {3, 2, 50_000}),
                Arguments.of(new long[] {6, 100_000}, new long[] {3, 50_000}),
                Arguments.of(new long[] {500, 256}, new long[] {250, 64}));
    }

    @ParameterizedTest
    @MethodSource("parts")
    void partsDropWhatTheWholeDoes(long[] whole, long[] part) {
        float[] expected = mask(1, 0, 7, 0.4, whole);
        long parts = 1;
        for (int d = 0; d < whole.length; d++) {
            parts *= whole[d] / part[d];
        }
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false)) {
            for (long i = 0; i < parts; i++) {
                compare(engine, expected, whole, part, i);
            }
        }
    }

    private static void compare(Engine engine, float[] expected, long[] whole, long[] part, long number) {
        HostTensor mask = HostTensor.of(expected, whole);
        long offset = 0;
        long stride = 1;
        long rest = number;
        for (int d = whole.length - 1; d >= 0; d--) {
            long first = rest % (whole[d] / part[d]) * part[d];
            mask = mask.narrow(d, first, part[d]);
            offset += first * stride;
            stride *= whole[d];
            rest /= whole[d] / part[d];
        }
        float[] ones = new float[mask.size()];
        Arrays.fill(ones, 1);
        try (Tensor x = engine.ops().upload(HostTensor.of(ones, part));
                Tensor y = engine.ops().dropout(x, 0.4, 7, offset, whole)) {
            assertArrayEquals(mask.floats(), engine.ops().download(y).floats());
        }
    }

    @Test
    void backwardDropsTheSameElementsAlsoOfATransposedGradient() {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false)) {
            Draw draw = new Draw(1);
            Ops ops = engine.ops();
            try (Tensor x = draw.normal(30, 20);
                    Tensor turned = draw.normal(20, 30);
                    Tensor dy = turned.t();
                    Tensor y = ops.dropout(x, 0.4, 7);
                    Tensor dx = ops.dropoutBackward(dy, 0.4, 7)) {
                float[] mask = mask(1, 0, 7, 0.4, 30, 20);
                float[] in = ops.download(x).floats();
                float[] gradient = ops.download(dy).floats();
                for (int i = 0; i < mask.length; i++) {
                    assertEquals(in[i] * mask[i], ops.download(y).floats()[i], 1e-6);
                    assertEquals(gradient[i] * mask[i], ops.download(dx).floats()[i], 1e-6);
                }
            }
        }
    }

    @Test
    void leavesNoPointers() {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.BF16, Seed.of(1), false);
                Tensor x = engine.ops().upload(HostTensor.of(new float[200_000], 200_000))) {
            engine.ops().dropout(x, 0.5, 1).close();
            try (LiveCount count = new LiveCount()) {
                for (int i = 0; i < 10; i++) {
                    engine.ops().dropout(x, 0.5, i).close();
                }
                engine.ops().dropout(x, 0, 1).close();
                engine.ops().dropout(x, 0.5, 1, 7, new long[] {400_000}).close();
                assertEquals(0, count.live());
            }
        }
    }
}
