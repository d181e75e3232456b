package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.Precision;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NativeMemoryTest {
    private static final int ROWS = 8;

    /** The engine keeps up to 1,024 scalars and a few dozen operators and options. */
    private static final long MOST_CACHED = 1_100;

    @TempDir
    Path directory;

    private static void use(TinyMlpStep step, int steps) {
        for (int i = 0; i < steps; i++) {
            step.train(Batch.of(ROWS, i), 0.001 / (1 + i));
            step.evaluate(Batch.of(ROWS, i));
            step.forward(Batch.of(ROWS, i));
        }
    }

    /** The meter sees bytes from JDK 22 on; pointers are seen everywhere. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void aThousandStepsLeaveNothingBehind(Precision precision) {
        PlanInfo plan = TinyMlpStep.plan(ROWS, precision, OptimizerKind.ADAMW, /* clipping= */ true);
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withClipNorm(0.1);
        try (TinyMlpStep warm = TinyMlpStep.open(plan, Seed.of(1), settings)) {
            use(warm, 2); // libtorch keeps singletons for ever
        }
        try (MemoryMeter memory = MemoryMeter.open();
                LivePointers pointers = new LivePointers()) {
            try (TinyMlpStep step = TinyMlpStep.open(plan, Seed.of(1), settings)) {
                use(step, 50);
                long bytes = memory.currentBytes();
                long early = pointers.count();
                use(step, 1_000);
                assertEquals(bytes, memory.currentBytes());
                long late = pointers.count();
                assertTrue(early > 0 && late - early <= MOST_CACHED, "grew from " + early + " to " + late);
            }
            assertEquals(0, pointers.count());
            assertEquals(memory.available() ? 0 : -1, memory.currentBytes());
        }
    }

    @Test
    void filesLeaveNothingBehind() {
        Path file = directory.resolve("model.safetensors");
        Path checkpoint = directory.resolve("step");
        try (LivePointers pointers = new LivePointers()) {
            try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), Seed.of(1))) {
                use(step, 2);
                long before = pointers.count();
                step.save(file);
                step.load(file);
                step.checkpoint(checkpoint, 0);
                step.resume(checkpoint);
                assertEquals(before, pointers.count());
                step.accumulate(Batch.of(ROWS, 0), 1);
                step.resume(checkpoint);
                assertEquals(before, pointers.count());
                step.accumulate(Batch.of(ROWS, 0), 1);
            }
            assertEquals(0, pointers.count());
        }
    }

    @Test
    void aRefusedBatchLeavesNothingBehind() {
        try (LivePointers pointers = new LivePointers();
                TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), Seed.of(1))) {
            use(step, 3);
            long before = pointers.count();
            for (int i = 0; i < 100; i++) {
                TinyMlpBatch bad = Batch.withTarget(Batch.of(ROWS, i), 0, 3);
                assertThrows(AshlarException.class, () -> step.train(bad, 0.01));
            }
            assertEquals(before, pointers.count());
        }
    }
}
