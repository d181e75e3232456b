package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.Precision;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NativeMemoryTest {
    private static final int ROWS = 8;

    private static void use(TinyMlpStep step, int steps) {
        for (int i = 0; i < steps; i++) {
            step.train(Batch.of(ROWS, i), 0.001 / (1 + i));
            step.evaluate(Batch.of(ROWS, i));
            step.forward(Batch.of(ROWS, i));
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aThousandStepsLeaveNothingBehind(Precision precision) {
        PlanInfo plan = TinyMlpStep.plan(ROWS, precision, OptimizerKind.ADAMW, /* clipping= */ true);
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withClipNorm(0.1);
        try (TinyMlpStep warm = TinyMlpStep.open(plan, Seed.of(1), settings)) {
            use(warm, 5); // libtorch keeps singletons for ever
        }
        try (MemoryMeter memory = MemoryMeter.open()) {
            long pointers = Pointer.totalCount();
            long bytes = Pointer.totalBytes();
            try (TinyMlpStep step = TinyMlpStep.open(plan, Seed.of(1), settings)) {
                use(step, 50);
                long current = memory.currentBytes();
                long early = Pointer.totalCount();
                use(step, 1_000);
                assertEquals(current, memory.currentBytes());
                // The engine keeps a bounded number of scalars.
                assertTrue(Pointer.totalCount() - early <= 1_100, "grew from " + early + " to " + Pointer.totalCount());
            }
            assertEquals(pointers, Pointer.totalCount());
            assertEquals(bytes, Pointer.totalBytes());
            if (memory.available()) {
                assertEquals(0, memory.currentBytes());
            }
        }
    }

    @Test
    void aRefusedBatchLeavesNothingBehind() {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), Seed.of(1))) {
            use(step, 3);
            long pointers = Pointer.totalCount();
            for (int i = 0; i < 100; i++) {
                TinyMlpBatch bad = Batch.withTarget(Batch.of(ROWS, i), 0, 3);
                org.junit.jupiter.api.Assertions.assertThrows(
                        dev.ashlar.runtime.AshlarException.class, () -> step.train(bad, 0.01));
            }
            assertEquals(pointers, Pointer.totalCount());
        }
    }
}
