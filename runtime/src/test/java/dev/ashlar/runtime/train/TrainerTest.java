package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.io.ByteText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final int ROWS = 8;

    @TempDir
    Path directory;

    private static Trainer<TinyMlpBatch> trainer(TinyMlpStep step) {
        return Trainer.of(step, position -> Batch.of(ROWS, position))
                .schedule(Schedule.warmupCosine(0.01, 2, 20, 0))
                .silent();
    }

    private static TinyMlpStep open() {
        return TinyMlpStep.open(TinyMlpStep.plan(ROWS), Seed.of(1));
    }

    @Test
    void aBrokenRunResumedIsTheWholeRun() {
        Map<String, HostTensor> whole;
        double loss;
        try (TinyMlpStep step = open()) {
            loss = trainer(step).steps(20).accumulate(2).run().loss();
            whole = PlannedStepTest.values(step);
        }
        try (TinyMlpStep step = open()) {
            trainer(step)
                    .steps(10)
                    .accumulate(2)
                    .checkpoints(directory, 5)
                    .resume()
                    .run();
        }
        try (TinyMlpStep step = open()) {
            TrainingResult result = trainer(step)
                    .steps(20)
                    .accumulate(2)
                    .checkpoints(directory, 5)
                    .resume()
                    .run();
            assertEquals(20, result.steps());
            assertEquals(loss, result.loss());
            assertEquals(whole, PlannedStepTest.values(step));
        }
    }

    @Test
    void theNewestTwoCheckpointsAreKept() throws IOException {
        try (TinyMlpStep step = open()) {
            trainer(step).steps(11).checkpoints(directory.resolve("run"), 3).run();
        }
        TreeSet<String> names = new TreeSet<>();
        try (var paths = Files.list(directory.resolve("run"))) {
            paths.forEach(path -> names.add(path.getFileName().toString()));
        }
        assertEquals(new TreeSet<>(List.of("step-9", "step-11")), names);
    }

    @Test
    void reportsTellLossRateAndHeldOutLoss() {
        List<TrainingReport> reports = new ArrayList<>();
        try (MemoryMeter memory = MemoryMeter.open();
                TinyMlpStep step = open()) {
            TrainingResult result = trainer(step)
                    .steps(6)
                    .reportEvery(2)
                    .evaluate(position -> Batch.of(ROWS, 1000 + position), 3, 2)
                    .memory(memory)
                    .onReport(reports::add)
                    .run();
            assertEquals(
                    List.of(2L, 3L, 4L, 6L),
                    reports.stream().map(TrainingReport::step).toList());
            assertTrue(reports.get(0).heldOutLoss().isEmpty());
            assertEquals(reports.get(3).heldOutLoss(), result.heldOutLoss());
            float expected = (step.evaluate(Batch.of(ROWS, 1000)) + step.evaluate(Batch.of(ROWS, 1001))) / 2;
            assertEquals(expected, result.heldOutLoss().getAsDouble(), 1e-6);
            assertEquals("samples", reports.get(0).items());
            assertTrue(reports.get(0).itemsPerSecond() > 0);
            assertEquals(memory.available(), reports.get(0).peakBytes().isPresent());
        }
    }

    @Test
    void aTextModelLearnsFromText() {
        ByteText text = ByteText.of("abcabcabc".repeat(20));
        List<TrainingReport> reports = new ArrayList<>();
        try (BigramStep step = BigramStep.open(4, 16)) {
            TrainingResult result = Trainer.of(step, TextBatches.of(text, step, Seed.of(1)))
                    .steps(150)
                    .schedule(Schedule.constant(0.1))
                    .silent()
                    .onReport(reports::add)
                    .run();
            assertTrue(result.loss() < 0.1, "loss " + result.loss());
            assertEquals("tokens", reports.get(0).items());
        }
    }

    @Test
    void nonsenseIsRefused() {
        try (TinyMlpStep step = open()) {
            assertThrows(AshlarException.class, () -> trainer(step).steps(0));
            assertThrows(AshlarException.class, () -> trainer(step).accumulate(0));
            assertTrue(assertThrows(
                            AshlarException.class, () -> trainer(step).resume().run())
                    .getMessage()
                    .contains("checkpoints(…)"));
        }
    }
}
