package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What comparing with autograd does not show. */
class OpsTest {
    private final Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(5), true);
    private final Ops ops = engine.ops();

    @AfterEach
    void close() {
        engine.close();
    }

    private Tensor floats(float... values) {
        return ops.upload(HostTensor.of(values, values.length));
    }

    private float[] read(Tensor tensor) {
        return ops.download(tensor).floats();
    }

    @Test
    void transfersBothWays() {
        HostTensor floats = HostTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        HostTensor longs = HostTensor.of(new long[] {1L << 40, -7}, 2);
        HostTensor scalar = HostTensor.of(new float[] {2.5f});
        try (Tensor a = ops.upload(floats);
                Tensor b = ops.upload(longs);
                Tensor c = ops.upload(scalar);
                Tensor turned = a.t()) {
            assertEquals(floats, ops.download(a));
            assertEquals(longs, ops.download(b));
            assertEquals(2.5f, ops.item(c));
            assertEquals(HostTensor.of(new float[] {1, 4, 2, 5, 3, 6}, 3, 2), ops.download(turned));
        }
    }

    @Test
    void stacksSelectsAndSums() {
        try (Tensor a = floats(1, 2);
                Tensor b = floats(3, 4);
                Tensor c = floats(5, 6);
                Tensor stacked = ops.stack(new Tensor[] {a, b, c});
                Tensor second = ops.select(stacked, 0, 1);
                Tensor sum = ops.sum(new Tensor[] {a, b, c});
                Tensor alone = ops.sum(new Tensor[] {a})) {
            assertEquals(HostTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2), ops.download(stacked));
            assertArrayEquals(new float[] {3, 4}, read(second));
            assertArrayEquals(new float[] {9, 12}, read(sum));
            assertTrue(alone.is_alias_of(a));
            assertArrayEquals(new float[] {1, 2}, read(a));
        }
    }

    @Test
    void rearrangesWithoutACopyWhereTheLayoutAllows() {
        try (Tensor x = ops.upload(HostTensor.of(new float[24], 2, 3, 4));
                Tensor heads =
                        ops.rearrange(x, new long[] {2, 3, 2, 2}, new long[] {0, 2, 1, 3}, new long[] {2, 2, 3, 2});
                Tensor back =
                        ops.rearrange(heads, new long[] {2, 2, 3, 2}, new long[] {0, 2, 1, 3}, new long[] {2, 3, 4})) {
            assertTrue(heads.is_alias_of(x));
            assertTrue(back.is_alias_of(x));
        }
    }

    @Test
    void crossEntropyOfIgnoredTargetsIsZero() {
        try (Tensor logits = ops.upload(HostTensor.of(new float[] {1, 2, 3, 4}, 2, 2));
                Tensor targets = ops.upload(HostTensor.of(new long[] {-100, -100}, 2))) {
            Tensor[] loss = ops.crossEntropy(logits, targets, -100, 0.1);
            try (Tensor dloss = ops.scalar(1);
                    Tensor gradient = ops.crossEntropyBackward(dloss, loss[1], targets, loss[2], -100, 0.1)) {
                assertEquals(0, ops.item(loss[0]));
                assertEquals(0, ops.item(loss[2]));
                assertArrayEquals(new float[4], read(gradient), 1e-30f);
            }
            Tensors.close(loss);
        }
    }

    @Test
    void batchNormKeepsRunningStatisticsAndEvaluatesByThem() {
        try (Tensor x = ops.upload(HostTensor.of(new float[] {1, 3, 5, 7}, 2, 1, 1, 2));
                Tensor weight = floats(2);
                Tensor bias = floats(1);
                Tensor mean = floats(0);
                Tensor variance = floats(1)) {
            Tensors.close(ops.batchNorm(x, weight, bias, mean, variance, 0.1, 0));
            // The mean of x is 4, its unbiased variance 20 / 3.
            assertEquals(0.4f, ops.item(mean), 1e-6);
            assertEquals(0.9f + 0.1f * 20 / 3, ops.item(variance), 1e-6);
            try (Tensor y = ops.batchNormEvaluate(x, weight, bias, mean, variance, 0)) {
                double std = Math.sqrt(0.9 + 2.0 / 3);
                assertEquals(2 * (7 - 0.4) / std + 1, read(y)[3], 1e-5);
            }
        }
    }

    @Test
    void backwardKernelsSkipWhatIsNotNeeded() {
        try (Tensor x = ops.upload(HostTensor.of(new float[] {1, 2, 3, 4}, 2, 2));
                Tensor weight = floats(1, 1)) {
            Tensor[] norm = ops.layerNorm(x, weight, weight, 1e-5);
            @Nullable
            Tensor[] gradients = ops.layerNormBackward(x, x, norm[1], norm[2], weight, weight, false, true, false);
            assertNull(gradients[0]);
            assertEquals(2, gradients[1].numel());
            assertNull(gradients[2]);
            Tensors.close(norm);
            Tensors.close(gradients);
        }
    }

    @Test
    void debugModeNamesTheOperatorThatFirstWentWrong() {
        try (Tensor x = floats(1, 1e30f)) {
            ops.enter("body", 3);
            ops.at("up");
            ops.scale(x, 2).close();
            NonFiniteException thrown = assertThrows(NonFiniteException.class, () -> ops.multiply(x, x));
            assertTrue(
                    thrown.getMessage().startsWith("body[3].up (multiply): output 0 holds NaN or infinity in 1 of 2"));
            ops.leave();
            assertEquals("", ops.where());
        }
    }

    @Test
    void debugModeRefusesToRepeatAnOperandInPlace() {
        try (Tensor a = ops.upload(HostTensor.of(new float[4], 2, 2));
                Tensor b = floats(1, 2)) {
            String message = assertThrows(AshlarException.class, () -> ops.addInPlace(a, b))
                    .getMessage();
            assertTrue(message.startsWith("addInPlace: [2] cannot be added in place to [2, 2]"), message);
        }
    }

    @Test
    void refusesADeviceWithoutKernels() {
        assertThrows(AshlarException.class, () -> Engine.open(DeviceKind.CUDA, Precision.BF16, Seed.of(1), false));
    }

    @Test
    void withoutDebugNothingIsChecked() {
        try (Engine quiet = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(5), false);
                Tensor x = floats(1, 1e30f);
                Tensor y = quiet.ops().multiply(x, x)) {
            assertEquals(Float.POSITIVE_INFINITY, read(y)[1]);
        }
    }

    @Test
    void explainsWhatAKernelThrowsInOneLine() {
        try (Tensor x = floats(1, 2);
                Tensor y = floats(1, 2, 3)) {
            ops.at("mid");
            RuntimeException thrown = assertThrows(RuntimeException.class, () -> ops.add(x, y));
            String message = ops.explain(thrown).getMessage();
            assertTrue(message.startsWith("mid failed: The size of tensor a (2) must match"), message);
            assertEquals(1, message.lines().count());
        }
    }

    @Test
    void refusesWhatCannotBe() {
        try (Tensor q = ops.upload(HostTensor.of(new float[3 * 2 * 2], 1, 3, 2, 2));
                Tensor k = ops.upload(HostTensor.of(new float[2 * 2 * 2], 1, 2, 2, 2));
                Tensor odd = ops.upload(HostTensor.of(new float[3], 1, 1, 1, 3));
                Tensor ids = ops.upload(HostTensor.of(new long[] {0}, 1));
                Tensor logits = ops.upload(HostTensor.of(new float[2], 1, 2))) {
            assertThrows(AshlarException.class, () -> ops.attention(q, k, k, true, 1));
            assertThrows(AshlarException.class, () -> ops.rope(odd, 10000));
            assertThrows(AshlarException.class, () -> ops.dropout(odd, 1, 0));
            assertThrows(AshlarException.class, () -> ops.crossEntropy(logits, ids, -100, 2));
        }
    }

    @Test
    void nativeOperatorsAreCheckedAgainstTheirSchema() {
        assertThrows(AshlarException.class, () -> NativeOperator.find("no_such_operator", 1));
        assertThrows(AshlarException.class, () -> NativeOperator.find("_softmax_backward_data", 3));
        try (NativeOperator operator = NativeOperator.find("_softmax_backward_data", 4);
                NativeOperator keywords = NativeOperator.find("_fused_adamw_", 15);
                Tensor x = floats(1)) {
            assertThrows(IllegalArgumentException.class, () -> operator.call(x));
            assertThrows(IllegalArgumentException.class, () -> keywords.call(x));
        }
    }
}
