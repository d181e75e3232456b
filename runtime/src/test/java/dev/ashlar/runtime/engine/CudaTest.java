package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Operators on CUDA against the same on the CPU; skipped where there is no device. */
final class CudaTest {
    private static final double TOLERANCE = 2e-5;

    private static void requireDevice() {
        assumeTrue(Engine.count(DeviceKind.CUDA) > 0, "no CUDA device here");
    }

    @Test
    void withoutADeviceOneMessageSaysWhatToDo() {
        assumeTrue(Engine.count(DeviceKind.CUDA) == 0, "there is a CUDA device here");
        AshlarException thrown = assertThrows(
                AshlarException.class, () -> Engine.open(DeviceKind.CUDA, Precision.FP32, Seed.of(1), false));
        assertTrue(thrown.getMessage().contains("docs/cuda.md"), thrown.getMessage());
    }

    /** Uploads numbers of one order on both devices. */
    private static final class Given {
        private final Ops ops;
        private final Random random = new Random(3);

        Given(Ops ops) {
            this.ops = ops;
        }

        Tensor normal(long... shape) {
            int size = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
            float[] values = new float[size];
            for (int i = 0; i < size; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return ops.upload(HostTensor.of(values, shape));
        }

        Tensor ids(long bound, long... shape) {
            int size = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
            return ops.upload(HostTensor.of(random.longs(size, 0, bound).toArray(), shape));
        }

        @Nullable
        Tensor[] attention(long heads, long groups, boolean causal) {
            Tensor q = normal(2, heads, 40, 8);
            Tensor k = normal(2, groups, 40, 8);
            Tensor v = normal(2, groups, 40, 8);
            Tensor[] made = ops.attention(q, k, v, causal, 0.3);
            Tensor[] gradients = ops.attentionBackward(normal(2, heads, 40, 8), q, k, v, made[0], made[1], causal, 0.3);
            return Stream.concat(Arrays.stream(made), Arrays.stream(gradients)).toArray(Tensor[]::new);
        }

        @Nullable
        Tensor[] crossEntropy(long classes, double smoothing) {
            Tensor logits = normal(3, 7, classes);
            Tensor targets = ids(classes, 3, 7);
            Tensor[] made = ops.crossEntropy(logits, targets, 1, smoothing);
            Tensor gradient = ops.crossEntropyBackward(ops.scalar(2), made[1], targets, made[2], 1, smoothing);
            return new @Nullable Tensor[] {made[0], made[1], made[2], gradient};
        }

        @Nullable
        Tensor[] layerNorm(long length) {
            Tensor x = normal(4, 9, length);
            Tensor weight = normal(length);
            Tensor bias = normal(length);
            Tensor[] made = ops.layerNorm(x, weight, bias, 1e-5);
            Tensor dy = normal(4, 9, length);
            @Nullable
            Tensor[] gradients = ops.layerNormBackward(dy, x, made[1], made[2], weight, bias, true, true, true);
            @Nullable
            Tensor[] added = ops.layerNormBackwardAdd(
                    dy, x, made[1], made[2], weight, bias, true, true, true, normal(4, 9, length));
            Tensor target = normal(4, 9, length);
            @Nullable
            Tensor[] into = ops.layerNormBackwardInto(dy, x, made[1], made[2], weight, bias, true, true, true, target);
            Tensor sum = normal(4, 9, length);
            Tensor[] normed = ops.adding(x).layerNorm(sum, weight, bias, 1e-5);
            return new @Nullable Tensor[] {
                sum,
                normed[0],
                made[0],
                gradients[0],
                gradients[1],
                gradients[2],
                added[0],
                added[2],
                into[0],
                into[1],
                target
            };
        }

        @Nullable
        Tensor[] rmsNorm(long length) {
            Tensor x = normal(4, 9, length);
            Tensor weight = normal(length);
            Tensor[] made = ops.rmsNorm(x, weight, 1e-5);
            Tensor dy = normal(4, 9, length);
            @Nullable Tensor[] gradients = ops.rmsNormBackward(dy, x, made[1], weight, true, true);
            Tensor sum = normal(4, 9, length);
            Tensor[] added = ops.adding(x).rmsNorm(sum, weight, 1e-5);
            Tensor target = normal(4, 9, length);
            @Nullable Tensor[] plus = ops.adding(target).rmsNormBackward(dy, x, made[1], weight, true, true);
            @Nullable Tensor[] into = ops.adding(target).rmsNormBackwardInto(dy, x, made[1], weight, true, true);
            return new @Nullable Tensor[] {
                plus[0], plus[1], into[0], into[1], target, sum, added[0], made[0], made[1], gradients[0], gradients[1]
            };
        }

        @Nullable
        Tensor[] linear(long rows, long out) {
            Tensor dy = normal(rows, 16);
            Tensor weight = normal(16, 24);
            Tensor target = normal(rows, 24);
            return new @Nullable Tensor[] {
                ops.linearBiasGradient(normal(rows, out)), ops.linearInputGradientAdd(dy, weight, target), target
            };
        }

        /** Vectors and what is left over, results that share what is between, elements that fall. */
        @Nullable
        Tensor[] pointwise(long... shape) {
            Tensor dy = normal(shape);
            Tensor a = normal(shape);
            Tensor b = normal(shape);
            String gated = "float t0 = silu(x1);\ny0 = siluGradient(multiply(x0, x2), x1);\ny1 = multiply(x0, t0);";
            String all = "float t0 = tanh(sigmoid(relu(gelu(x0))));\n"
                    + "y0 = tanhGradient(sigmoidGradient(reluGradient(geluGradient(geluTanhGradient(x1, x0), x0),"
                    + " t0), t0), add(t0, scale(geluTanh(x0), -0.3)));";
            String dropped = "y0 = add(x0, dropout(x1, 0.3));";
            long[] whole = shape.clone();
            whole[shape.length - 1] += 40;
            whole[0] *= 2;
            Tensor[] both = ops.pointwiseAll(gated, dy, a, b);
            Tensor summed = ops.pointwise("y0 = geluTanhGradient(x0, x1);\nsum(y0);", a, b);
            Tensor fell = ops.pointwise("y0 = reluGradient(dropout(x0, 0.3), x1);\nsum(y0);", 7L, 24, whole, a, b);
            return new @Nullable Tensor[] {
                ops.linearBiasGradient(fell),
                fell,
                ops.pointwise("y0 = geluTanhGradient(x0, x1);\nsum(y0);", a, b),
                ops.linearBiasGradient(summed),
                summed,
                both[0],
                both[1],
                ops.pointwise(all, a, b),
                ops.pointwise(dropped, 7L, 0, shape, a, b),
                ops.pointwise(dropped, 7L, 24, whole, a, b)
            };
        }

        /** Gradients of weight and bias, at places of a bucket that products may write to, or may not. */
        @Nullable
        Tensor[] bucket(long offset) {
            Tensor dy = normal(300, 16);
            Tensor x = normal(300, 24);
            Tensor bucket = ops.reductions().bucket(offset + 16 * 24 + 16);
            bucket.zero_();
            ops.reductions().fill(bucket, offset, ops.into(bucket, offset).linearWeightGradient(dy, x));
            long behind = offset + 16 * 24;
            ops.reductions().fill(bucket, behind, ops.into(bucket, behind).linearBiasGradient(dy));
            return new @Nullable Tensor[] {bucket};
        }

        @Nullable
        Tensor[] scaled(float factor) {
            Tensor scale = ops.scalar(factor);
            return new @Nullable Tensor[] {
                ops.scaleInPlace(normal(3, 5001), scale), ops.scaleInPlace(normal(4, 8), scale)
            };
        }

        @Nullable
        Tensor[] embedding() {
            Tensor ids = ids(50, 4, 9);
            Tensor weight = normal(50, 16);
            return new @Nullable Tensor[] {
                ops.embedding(ids, weight), ops.embeddingWeightGradient(normal(4, 9, 16), ids, 50)
            };
        }
    }

    private static Map<String, Function<Given, @Nullable Tensor[]>> cases() {
        Map<String, Function<Given, @Nullable Tensor[]>> cases = new LinkedHashMap<>();
        cases.put("attention", given -> given.attention(4, 4, false));
        cases.put("causal attention", given -> given.attention(4, 4, true));
        cases.put("attention with fewer key heads", given -> given.attention(4, 2, true));
        cases.put("cross-entropy", given -> given.crossEntropy(64, 0));
        cases.put("cross-entropy of odd rows", given -> given.crossEntropy(51, 0));
        cases.put("smoothed cross-entropy", given -> given.crossEntropy(51, 0.1));
        cases.put("cross-entropy of rows that fit no block", given -> given.crossEntropy(70_000, 0));
        cases.put("layer norm", given -> given.layerNorm(33));
        cases.put("layer norm of a warp's row", given -> given.layerNorm(768));
        cases.put("layer norm of a block's row", given -> given.layerNorm(2048));
        cases.put("RMS norm", given -> given.rmsNorm(33));
        cases.put("RMS norm of a warp's row", given -> given.rmsNorm(768));
        cases.put("RMS norm of a block's row", given -> given.rmsNorm(2048));
        cases.put("linear", given -> given.linear(300, 768));
        cases.put("linear of few rows", given -> given.linear(3, 132));
        cases.put("linear of odd rows", given -> given.linear(65, 7));
        cases.put("gradients in a bucket", given -> given.bucket(8));
        cases.put("gradients at an odd place of a bucket", given -> given.bucket(3));
        cases.put("scaled", given -> given.scaled(-0.75f));
        cases.put("scaled by one", given -> given.scaled(1));
        cases.put("embedding", Given::embedding);
        cases.put("functions of elements", given -> given.pointwise(3, 5, 1024));
        cases.put("functions of elements of odd rows", given -> given.pointwise(7, 33, 51));
        cases.put("functions of few elements", given -> given.pointwise(3));
        cases.put("dropout", given -> new @Nullable Tensor[] {given.ops.dropout(given.normal(50_000), 0.3, 7)});
        return cases;
    }

    @TestFactory
    Stream<DynamicTest> operatorsAgreeWithTheCpu() {
        return cases().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    requireDevice();
                    assertClose(run(DeviceKind.CPU, each.getValue()), run(DeviceKind.CUDA, each.getValue()));
                }));
    }

    private static HostTensor[] run(DeviceKind device, Function<Given, @Nullable Tensor[]> body) {
        try (Engine engine = Engine.open(device, Precision.FP32, Seed.of(1), false)) {
            return Arrays.stream(body.apply(new Given(engine.ops())))
                    .map(engine.ops()::download)
                    .toArray(HostTensor[]::new);
        }
    }

    private static void assertClose(HostTensor[] expected, HostTensor[] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            float[] left = expected[i].floats();
            float[] right = actual[i].floats();
            for (int j = 0; j < left.length; j++) {
                assertEquals(left[j], right[j], TOLERANCE * (1 + Math.abs(left[j])), "result " + i + ", element " + j);
            }
        }
    }

    @Test
    void aRecordingRunsAgainOnWhatItsTensorsHoldThen() {
        requireDevice();
        try (Engine engine = Engine.open(DeviceKind.CUDA, Precision.FP32, Seed.of(1), false);
                Tensor x = engine.ops().upload(HostTensor.of(new float[] {1, 2}, 2));
                Tensor y = engine.ops().upload(HostTensor.of(new float[] {3, 4}, 2))) {
            try (Recording recording = engine.record(() -> engine.ops().addInPlace(x, y))) {
                assertEquals(HostTensor.of(new float[] {1, 2}, 2), engine.ops().download(x), "recording does nothing");
                recording.replay();
                recording.replay();
                assertEquals(HostTensor.of(new float[] {7, 10}, 2), engine.ops().download(x));
            }
        }
    }

    @Test
    void aRecordingTellsWhatItHasBeforeItsEnd() {
        requireDevice();
        try (Engine engine = Engine.open(DeviceKind.CUDA, Precision.BF16, Seed.of(1), false);
                Feed whole = engine.feed(HostTensor.of(new long[] {1, 2}, 2));
                Feed floating = engine.feed(HostTensor.of(new float[] {1, 2}, 2));
                Feed exact = engine.feed(1);
                Tensor sum = engine.ops().upload(HostTensor.of(new float[] {0, 0}, 2));
                Tensor work = engine.ops().normal(4096, 4096)) {
            Report[] made = new Report[1];
            try (Recording recording = engine.record(() -> {
                try (Tensor integers = whole.load();
                        Tensor numbers = floating.load();
                        Tensor single = exact.load()) {
                    engine.ops().addInPlace(sum, numbers);
                    try (Tensor first = sum.select(0, 0);
                            Tensor second = integers.select(0, 1);
                            Tensor third = single.select(0, 0)) {
                        made[0] = engine.report(List.of(first, second, third));
                    }
                    for (int i = 0; i < 200; i++) { // the report is not the end
                        engine.ops().addInPlace(work, work);
                    }
                    engine.ops().addInPlace(sum, numbers);
                }
            })) {
                Report report = made[0];
                for (int i = 0; i < 4; i++) {
                    whole.next(HostTensor.of(new long[] {i, 10 * i}, 2));
                    floating.next(HostTensor.of(new float[] {i, -i}, 2));
                    exact.next(HostTensor.of(new float[] {1 + i * 0x1p-20f}, 1));
                    report.expect();
                    recording.replay();
                    assertArrayEquals(new float[] {i * i, 10 * i, 1 + i * 0x1p-20f}, report.await(), "replay " + i);
                }
                assertEquals(
                        HostTensor.of(new float[] {12, -12}, 2), engine.ops().download(sum));
                report.close();
            }
        }
    }

    @Test
    void onlyARecordingReports() {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false)) {
            assertThrows(IllegalStateException.class, () -> engine.report(List.of()));
        }
    }

    @Test
    void thePeakOfTheAllocatorIsExact() {
        requireDevice();
        try (Engine engine = Engine.open(DeviceKind.CUDA, Precision.FP32, Seed.of(1), false)) {
            long before = engine.memory().orElseThrow().allocatedBytes();
            engine.resetPeak();
            engine.ops().normal(1 << 20).close();
            engine.ops().normal(1 << 10).close();
            assertEquals(4 << 20, engine.memory().orElseThrow().peakBytes() - before);
        }
    }
}
