package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.train.PlannedStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In the smallest memory the planner runs segments of repetitions again, masks of dropout included, and what is learnt is the same. */
final class SegmentsTest {
    private static final int STEPS = 4;

    private static final String GPT = MicroBatchesTest.GPT
            .replace("batch=8 seq=12", "batch=4 seq=48")
            .replace("@Repeat(\"2\")", "@Repeat(\"9\")");

    @TempDir
    private Path directory;

    private int compiled;

    @Test
    void learnTheSame() throws IOException {
        float[] expected;
        long least;
        try (CompiledPlan whole = compile("1GiB")) {
            assertFalse(whole.written("Laptop").contains("Segments["));
            expected = losses(whole);
            Matcher smallest = Pattern.compile("\"smallestFeasibleBytes\": (\\d+)")
                    .matcher(Files.readString(whole.result().classes().resolve("net/Laptop.plan.json")));
            assertTrue(smallest.find());
            least = Long.parseLong(smallest.group(1));
        }
        try (CompiledPlan segments = compile(least + "B")) {
            assertTrue(segments.written("Laptop").contains("Segments["), segments.written("Laptop"));
            float[] made = losses(segments);
            for (int i = 0; i < STEPS; i++) {
                assertEquals(expected[i], made[i], 2e-5 * expected[i], "step " + i);
            }
            LivePointers.assertNoneLeft(() -> losses(segments));
        }
    }

    private CompiledPlan compile(String memory) {
        return CompiledPlan.of(GPT + """
                @Plan(device = "cpu", memory = "%s", microBatches = 1)
                interface Laptop extends Net {}
                """.formatted(memory), directory.resolve("run" + compiled++));
    }

    private static float[] losses(CompiledPlan plan) {
        try (PlannedStep<?> step = plan.open("Laptop", Seed.of(3))) {
            List<HostTensor> batch = RandomBatch.of(step.plan(), 5);
            float[] losses = new float[STEPS];
            for (int i = 0; i < STEPS; i++) {
                losses[i] = CompiledPlan.train(step, batch, 0.01);
            }
            return losses;
        }
    }
}
