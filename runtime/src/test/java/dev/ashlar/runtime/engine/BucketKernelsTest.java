package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Gradients of linear layers in buckets. */
final class BucketKernelsTest {
    private static Engine open() {
        return Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false);
    }

    private static float[] numbers(Engine engine, Tensor tensor) {
        return engine.ops().download(tensor).floats();
    }

    @Test
    void onTheCpuTheyHaveMemoryOfTheirOwnAndAreCopied() {
        try (Engine engine = open();
                Tensor dy = engine.ops().normal(5, 3, 4);
                Tensor x = engine.ops().normal(5, 3, 6);
                Tensor expected = engine.ops().linearWeightGradient(dy, x);
                Tensor bucket = engine.reductions().bucket(40);
                Tensor made = engine.ops().into(bucket, 8).linearWeightGradient(dy, x)) {
            assertFalse(made.is_alias_of(bucket));
            engine.reductions().fill(bucket, 8, made);
            assertEquals(
                    HostTensor.of(numbers(engine, expected), 24),
                    HostTensor.of(Arrays.copyOfRange(numbers(engine, bucket), 8, 32), 24));
        }
    }

    @Test
    void whatIsMadeInItsPlaceIsTheSame() {
        try (Engine engine = open();
                LinearKernels kernels = new LinearKernels(engine.context());
                Tensor dy = engine.ops().normal(5, 3, 4);
                Tensor x = engine.ops().normal(5, 3, 6);
                Tensor weight = kernels.weightGradient(dy, x);
                Tensor bias = kernels.biasGradient(dy);
                Tensor bucket = engine.reductions().bucket(28);
                Tensor weightPlace = kernels.weightGradient(dy, x, Reductions.part(bucket, 0, new long[] {4, 6}));
                Tensor biasPlace = kernels.biasGradient(dy, Reductions.part(bucket, 24, new long[] {4}))) {
            engine.reductions().fill(bucket, 0, weightPlace);
            engine.reductions().fill(bucket, 24, biasPlace);
            assertTrue(weightPlace.is_alias_of(bucket));
            float[] together = Arrays.copyOf(numbers(engine, weight), 28);
            System.arraycopy(numbers(engine, bias), 0, together, 24, 4);
            assertEquals(HostTensor.of(together, 28), engine.ops().download(bucket));
        }
    }
}
