package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.NameMap;
import dev.ashlar.runtime.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepFilesTest {
    private static final int ROWS = 8;
    private static final Seed SEED = Seed.of(3);

    @TempDir
    Path directory;

    private static PlanInfo plan(Precision precision, OptimizerKind optimizer) {
        return TinyMlpStep.plan(ROWS, precision, optimizer, /* clipping= */ false);
    }

    private static List<Float> train(TinyMlpStep step, int from, int to) {
        List<Float> losses = new ArrayList<>();
        for (int i = from; i < to; i++) {
            losses.add(step.train(Batch.of(ROWS, i), 0.01));
        }
        return losses;
    }

    private static String refusal(org.junit.jupiter.api.function.Executable use) {
        return assertThrows(AshlarException.class, use).getMessage();
    }

    /** Dropout is on: its masks must go on too. */
    @ParameterizedTest
    @CsvSource({
        "FP32, ADAMW",
        "FP32, SGD",
        "FP32, LION",
        "BF16, ADAMW",
        "BF16, LION",
        "BF16_MIXED, ADAMW",
        "BF16_MIXED, SGD"
    })
    void aResumedRunContinuesBitForBit(Precision precision, OptimizerKind optimizer) {
        PlanInfo plan = plan(precision, optimizer);
        Path checkpoint = directory.resolve("step-10");
        List<Float> expected;
        Map<String, HostTensor> expectedValues;
        try (TinyMlpStep step = TinyMlpStep.open(plan, SEED)) {
            train(step, 0, 10);
            step.checkpoint(checkpoint, 77);
            expected = train(step, 10, 20);
            expectedValues = PlannedStepTest.values(step);
        }
        try (TinyMlpStep step = TinyMlpStep.open(plan, SEED)) {
            train(step, 100, 103); // what it learnt before must not matter
            assertEquals(77, step.resume(checkpoint).dataPosition());
            assertEquals(10, step.updates());
            assertEquals(expected, train(step, 10, 20));
            assertEquals(expectedValues, PlannedStepTest.values(step));
        }
    }

    @Test
    void savedParametersAreLoaded() {
        Path file = directory.resolve("model.safetensors");
        Map<String, HostTensor> saved;
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            train(step, 0, 3);
            step.save(file);
            saved = PlannedStepTest.values(step);
        }
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), Seed.of(99))) {
            step.load(file);
            assertEquals(saved, PlannedStepTest.values(step));
        }
    }

    @Test
    void weightsOfOthersAreMappedAndTransposed() {
        Path file = directory.resolve("theirs.safetensors");
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            Map<String, HostTensor> ours = PlannedStepTest.values(step);
            float[] transposed = new float[TinyMlpStep.HIDDEN * TinyMlpStep.FEATURES];
            for (int i = 0; i < transposed.length; i++) {
                transposed[i] = i;
            }
            List<Safetensors.Entry> entries = List.of(
                    entry("c_fc.weight", HostTensor.of(transposed, TinyMlpStep.FEATURES, TinyMlpStep.HIDDEN)),
                    entry("c_fc.bias", ours.get("up.bias")),
                    entry("down.weight", ours.get("down.weight")),
                    entry("down.bias", ours.get("down.bias")),
                    entry("mask", HostTensor.of(new long[] {1}, 1)));
            Safetensors.write(file, entries, Map.of());
            step.load(file, NameMap.of("c_fc -> up transpose", "drop mask"));
            HostTensor up = PlannedStepTest.values(step).get("up.weight");
            assertEquals(TinyMlpStep.HIDDEN, up.floats()[1]);
            assertEquals(1, up.floats()[TinyMlpStep.FEATURES]);
        }
    }

    private static Safetensors.Entry entry(String name, HostTensor tensor) {
        List<Long> shape = new ArrayList<>();
        for (long size : tensor.shape()) {
            shape.add(size);
        }
        return new Safetensors.Entry(name, tensor.dtype(), shape, () -> tensor);
    }

    @Test
    void aFileThatDoesNotFitChangesNothing() {
        Path file = directory.resolve("theirs.safetensors");
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            Map<String, HostTensor> before = PlannedStepTest.values(step);
            Safetensors.write(
                    file,
                    List.of(
                            entry("down.bias", HostTensor.of(new float[] {7, 7, 7}, 3)),
                            entry("down.weight", before.get("down.weight")),
                            entry("up.bias", before.get("up.bias")),
                            entry("up.weight", HostTensor.of(new float[12], 2, 6))),
                    Map.of());
            String refusal = refusal(() -> step.load(file));
            assertTrue(
                    refusal.contains("'up.weight'") && refusal.contains("[2, 6]") && refusal.contains("[16, 6]"),
                    refusal);
            assertTrue(refusal(() -> step.load(file, NameMap.of("up -> upp"))).contains("did you mean"));
            assertTrue(refusal(() -> step.load(directory)).contains("is a directory"));
            assertTrue(refusal(() -> step.load(directory.resolve("none"))).contains("there is no file"));
            assertEquals(before, PlannedStepTest.values(step));
            train(step, 0, 1);
        }
    }

    @Test
    void checkpointsOfOthersAreRefused() throws IOException {
        Path checkpoint = directory.resolve("step");
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            train(step, 0, 1);
            step.checkpoint(checkpoint, 1);
            step.accumulate(Batch.of(ROWS, 1), 1);
            assertTrue(refusal(() -> step.checkpoint(checkpoint, 2)).contains("call update first"));
        }
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), Seed.of(4))) {
            assertTrue(refusal(() -> step.resume(checkpoint)).contains("open the step with Seed.of(3)"));
        }
        try (TinyMlpStep step = TinyMlpStep.open(plan(Precision.FP32, OptimizerKind.SGD), SEED)) {
            Map<String, HostTensor> before = PlannedStepTest.values(step);
            assertThrows(AshlarException.class, () -> step.resume(checkpoint));
            assertEquals(before, PlannedStepTest.values(step));
            train(step, 0, 1);
        }
        Files.delete(Checkpoint.optimizer(checkpoint, 0, 1));
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            assertTrue(refusal(() -> step.resume(checkpoint)).contains("there is no file"));
            assertTrue(refusal(() -> step.resume(directory)).contains("there is no checkpoint"));
        }
    }
}
