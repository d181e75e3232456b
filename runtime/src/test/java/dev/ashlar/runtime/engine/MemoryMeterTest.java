package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

class MemoryMeterTest {
    private static final long MEGABYTE = 1 << 20;

    @Test
    @EnabledForJreRange(maxVersion = 21)
    void saysThatItDoesNotMeasure() {
        try (MemoryMeter meter = MemoryMeter.open()) {
            assertFalse(meter.available());
            assertEquals(-1, meter.currentBytes());
            assertEquals(-1, meter.peakBytes());
            assertTrue(meter.toString().startsWith("not measured"));
        }
    }

    @Test
    @EnabledForJreRange(minVersion = 22)
    void countsEveryByte() {
        try (MemoryMeter meter = MemoryMeter.open()) {
            assertTrue(meter.available());
            Tensor a = torch.ones(MEGABYTE / 4);
            assertEquals(MEGABYTE, meter.currentBytes());
            Tensor b = a.add(a);
            assertEquals(2 * MEGABYTE, meter.currentBytes());
            a.close();
            b.close();
            assertEquals(0, meter.currentBytes());
            assertEquals(2 * MEGABYTE, meter.peakBytes());
            meter.resetPeak();
            assertEquals(0, meter.peakBytes());
        }
    }

    @Test
    @EnabledForJreRange(minVersion = 22)
    void meterOnTopCountsAndIsClosedFirst() {
        MemoryMeter outer = MemoryMeter.open();
        MemoryMeter inner = MemoryMeter.open();
        torch.ones(4).close();
        assertEquals(0, outer.peakBytes());
        assertTrue(inner.peakBytes() >= 16);
        assertThrows(IllegalStateException.class, outer::close);
        inner.close();
        torch.ones(4).close();
        assertTrue(outer.peakBytes() >= 16);
        outer.close();
    }

    /** Backward in the result's own buffer: where autograd holds two tensors as large as the logits, one and a little. */
    @Test
    @EnabledForJreRange(minVersion = 22)
    void crossEntropyNeedsNoTemporaryAsLargeAsTheLogits() {
        for (Precision precision : Precision.values()) {
            long bytes = precision.compute().bytes();
            try (Engine engine = Engine.open(DeviceKind.CPU, precision, Seed.of(1), false);
                    Tensor logits = engine.ops().upload(HostTensor.of(new float[2048 * 1024], 2, 1024, 1024));
                    Tensor targets = engine.ops().upload(HostTensor.of(new long[2048], 2, 1024));
                    Tensor dloss = engine.ops().scalar(1);
                    MemoryMeter meter = MemoryMeter.open()) {
                Ops ops = engine.ops();
                Tensor[] loss = ops.crossEntropy(logits, targets, -100, 0);
                assertBetween(8 * MEGABYTE, 9.3 * MEGABYTE, meter.peakBytes());
                meter.resetPeak();
                Tensor gradient = ops.crossEntropyBackward(dloss, loss[1], targets, loss[2], -100, 0);
                assertBetween((8 + 2 * bytes) * MEGABYTE, (9.3 + 2 * bytes) * MEGABYTE, meter.peakBytes());
                Tensors.close(loss);
                gradient.close();
                assertEquals(0, meter.currentBytes());
            }
        }
    }

    private static void assertBetween(double least, double most, double actual) {
        assertTrue(least <= actual && actual <= most, actual / MEGABYTE + " MiB");
    }

    @Test
    @EnabledForJreRange(minVersion = 22)
    void linearLayersCopyNothing() {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false);
                Tensor x = torch.ones(4, 256, 128);
                Tensor weight = torch.ones(512, 128);
                Tensor bias = torch.ones(512);
                Tensor dy = torch.ones(4, 256, 512);
                MemoryMeter meter = MemoryMeter.open()) {
            Ops ops = engine.ops();
            assertBytes(meter, 4 * 256 * 512 * 4, ops.linear(x, weight, bias));
            assertBytes(meter, 4 * 256 * 128 * 4, ops.linearInputGradient(dy, weight));
            assertBytes(meter, 512 * 128 * 4, ops.linearWeightGradient(dy, x));
            assertBytes(meter, 512 * 4, ops.linearBiasGradient(dy));
        }
    }

    private static void assertBytes(MemoryMeter meter, long bytes, Tensor result) {
        assertEquals(bytes, meter.peakBytes());
        result.close();
        meter.resetPeak();
    }
}
