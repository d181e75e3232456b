package dev.ashlar.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.samples.cnn.CnnLaptopStep;
import dev.ashlar.samples.gpt.GptLaptopStep;
import dev.ashlar.samples.mlp.MlpLaptopStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/** Written classes close all that they make: no step leaves a native object behind, and nothing is left when the step is closed. */
final class NativeMemoryTest {
    @Test
    void thousandStepsOfTheMlp() {
        check(() -> MlpLaptopStep.open(Ranks.single(), Seed.of(1)), 1_000);
    }

    @Test
    void stepsOfTheGpt() {
        check(() -> GptLaptopStep.open(Ranks.single(), Seed.of(1)), 3);
    }

    @Test
    void stepsOfTheCnn() {
        check(() -> CnnLaptopStep.open(Ranks.single(), Seed.of(1)), 3);
    }

    private static <B> void check(Supplier<? extends PlannedStep<B>> open, int steps) {
        try (LivePointers live = new LivePointers();
                MemoryMeter meter = MemoryMeter.open()) {
            long before = live.count();
            try (PlannedStep<B> step = open.get()) {
                B batch = batch(step);
                use(step, batch, 2);
                long pointers = live.count();
                long bytes = meter.currentBytes();
                use(step, batch, steps);
                assertEquals(pointers, live.count(), "native objects that steps left behind");
                assertEquals(bytes, meter.currentBytes(), "bytes that steps left behind");
            }
            assertEquals(before, live.count(), "native objects left when the step is closed");
        }
    }

    private static <B> void use(PlannedStep<B> step, B batch, int steps) {
        for (int i = 0; i < steps; i++) {
            step.train(batch, 1e-3);
        }
        step.evaluate(batch);
        step.forward(batch);
    }

    private static <B> B batch(PlannedStep<B> step) {
        Random random = new Random(1);
        List<HostTensor> inputs = new ArrayList<>();
        for (InputInfo input : step.plan().inputs()) {
            long[] shape = input.shape().stream().mapToLong(Long::longValue).toArray();
            int size = Math.toIntExact(input.elements());
            inputs.add(
                    input.dtype() == DType.INT64
                            ? HostTensor.of(
                                    random.longs(size, 0, input.exclusiveUpperBound())
                                            .toArray(),
                                    shape)
                            : HostTensor.of(floats(random, size), shape));
        }
        return step.batch(inputs);
    }

    private static float[] floats(Random random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Sees every native object that this thread makes; JavaCPP's own count is always 0 without its garbage collection. */
    private static final class LivePointers extends PointerScope {
        private final List<Pointer> made = new ArrayList<>();

        /** Only notes the pointer: the scope must not close what the code under test should close. */
        @Override
        public PointerScope attach(Pointer pointer) {
            if (made != null) { // null while the superclass is being constructed
                made.add(pointer);
            }
            return this;
        }

        long count() {
            made.removeIf(pointer -> pointer.isNull());
            return made.size();
        }
    }
}
