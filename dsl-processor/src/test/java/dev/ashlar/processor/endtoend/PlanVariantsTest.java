package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.train.PlannedStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One model under many plans: number formats, optimizers, evaluation. */
final class PlanVariantsTest {
    private static final String[] OPTIMIZERS = {"SGD", "ADAMW", "LION"};
    private static final String[] PRECISIONS = {"FP32", "BF16", "BF16_MIXED"};

    @TempDir
    static Path directory;

    private static CompiledPlan plans;

    @BeforeAll
    static void compile() {
        StringBuilder source = new StringBuilder(LongModel.deep(2));
        for (String optimizer : OPTIMIZERS) {
            for (String precision : PRECISIONS) {
                source.append("""

                        @Plan(device = "cpu", memory = "1GiB")
                        @Train(optimizer = Optimizer.%s, precision = Precision.%s)
                        interface %s extends Net {}
                        """.formatted(optimizer, precision, optimizer + precision));
            }
        }
        source.append("""

                @Plan(device = "cpu", memory = "1GiB", mode = Mode.EVALUATE)
                interface Reader extends Net {}
                """);
        plans = CompiledPlan.of(source.toString(), directory);
    }

    @AfterAll
    static void close() {
        plans.close();
    }

    @ParameterizedTest
    @CsvSource({
        "SGD, FP32, 0.3", "SGD, BF16, 0.3", "SGD, BF16_MIXED, 0.3",
        "ADAMW, FP32, 0.01", "ADAMW, BF16, 0.01", "ADAMW, BF16_MIXED, 0.01",
        "LION, FP32, 0.002", "LION, BF16, 0.002", "LION, BF16_MIXED, 0.002"
    })
    void lossFalls(String optimizer, String precision, double learningRate) {
        LivePointers.assertNoneLeft(() -> train(optimizer, precision, learningRate));
    }

    private static void train(String optimizer, String precision, double learningRate) {
        try (PlannedStep<?> step = plans.open(optimizer + precision, Seed.of(1))) {
            List<HostTensor> batch = RandomBatch.of(step.plan(), 1);
            float first = CompiledPlan.train(step, batch, learningRate);
            float last = first;
            for (int i = 0; i < 60; i++) {
                last = CompiledPlan.train(step, batch, learningRate);
            }
            float end = last;
            assertTrue(end < 0.5 * first, () -> "from " + first + " to " + end);
        }
    }

    @Test
    void lowPrecisionStaysNearFullPrecision() {
        try (PlannedStep<?> full = plans.open("ADAMWFP32", Seed.of(1));
                PlannedStep<?> mixed = plans.open("ADAMWBF16_MIXED", Seed.of(1))) {
            List<HostTensor> batch = RandomBatch.of(full.plan(), 1);
            for (int i = 0; i < 10; i++) {
                float expected = CompiledPlan.train(full, batch, 0.01);
                assertEquals(expected, CompiledPlan.train(mixed, batch, 0.01), 0.05 * expected);
            }
        }
    }

    @Test
    void evaluationPlanOnlyReads() {
        try (PlannedStep<?> trained = plans.open("ADAMWFP32", Seed.of(1));
                PlannedStep<?> reader = plans.open("Reader", Seed.of(1))) {
            List<HostTensor> batch = RandomBatch.of(reader.plan(), 1);
            assertEquals(CompiledPlan.evaluate(trained, batch), CompiledPlan.evaluate(reader, batch));
            assertEquals(Map.of(), CompiledPlan.forward(reader, batch), "the model has no outputs");
            AshlarException refused = assertThrows(AshlarException.class, () -> CompiledPlan.train(reader, batch, 0.1));
            assertTrue(refused.getMessage().contains("mode = Mode.TRAIN"), refused.getMessage());
        }
        assertFalse(plans.written("Reader").contains("netBackward"), "nothing of the backward pass is written");
        assertTrue(plans.written("ADAMWFP32").contains("netBackward"));
    }
}
