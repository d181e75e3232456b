package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.NonFiniteException;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.OptimizerSettings;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.launch.Ranks;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlannedStepTest {
    private static final int ROWS = 8;
    private static final Seed SEED = Seed.of(1);

    static Map<String, HostTensor> values(TinyMlpStep step) {
        Map<String, HostTensor> values = new LinkedHashMap<>();
        for (Parameter parameter : step.parameters().all()) {
            values.put(parameter.name(), step.ops.download(parameter.value()));
        }
        return values;
    }

    private static String refusal(org.junit.jupiter.api.function.Executable use) {
        return assertThrows(AshlarException.class, use).getMessage();
    }

    private static void assertContains(String text, String part) {
        assertTrue(text.contains(part), text);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void everyPrecisionLearns(Precision precision) {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(64, precision, OptimizerKind.ADAMW, false), SEED)) {
            float before = step.evaluate(Batch.of(64, 0));
            for (int i = 1; i <= 300; i++) {
                step.train(Batch.of(64, i), 0.01);
            }
            float after = step.evaluate(Batch.of(64, 0));
            assertTrue(after < before / 3, before + " became " + after);
        }
    }

    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void everyOptimizerLearns(OptimizerKind kind) {
        double learningRate = switch (kind) {
            case SGD -> 0.5;
            case ADAMW -> 0.01;
            case LION -> 0.003;
        };
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(64, Precision.FP32, kind, false), SEED)) {
            float before = step.evaluate(Batch.of(64, 0));
            for (int i = 1; i <= 300; i++) {
                step.train(Batch.of(64, i), learningRate);
            }
            float after = step.evaluate(Batch.of(64, 0));
            assertTrue(after < before / 2, before + " became " + after);
        }
    }

    @Test
    void oneSeedGivesOneResultAndAnotherAnother() {
        float[] losses = new float[3];
        for (int run = 0; run < 3; run++) {
            try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), Seed.of(run / 2))) {
                step.train(Batch.of(ROWS, 0), 0.01);
                losses[run] = step.train(Batch.of(ROWS, 1), 0.01);
            }
        }
        assertEquals(losses[0], losses[1]);
        assertTrue(losses[1] != losses[2]);
    }

    @Test
    void twoHalvesAccumulatedAreTheWholeBatch() {
        TinyMlpBatch whole = Batch.of(ROWS, 5);
        Map<String, HostTensor> atOnce;
        Map<String, HostTensor> inHalves;
        float loss;
        try (TinyMlpStep step = TinyMlpStep.withoutDropout(plan(ROWS), SEED)) {
            loss = step.train(whole, 1);
            atOnce = values(step);
        }
        try (TinyMlpStep step = TinyMlpStep.withoutDropout(plan(ROWS / 2), SEED)) {
            float first = step.accumulate(Batch.part(whole, 0, ROWS / 2), 0.5);
            float second = step.accumulate(Batch.part(whole, ROWS / 2, ROWS), 0.5);
            step.update(1);
            inHalves = values(step);
            assertEquals(loss, (first + second) / 2, 1e-6);
        }
        assertClose(atOnce, inHalves, 1e-5);
    }

    /** Plain SGD: AdamW's first step does not depend on the gradient's size. */
    private static PlanInfo plan(int rows) {
        return TinyMlpStep.plan(rows, Precision.FP32, OptimizerKind.SGD, /* clipping= */ false);
    }

    static void assertClose(Map<String, HostTensor> expected, Map<String, HostTensor> actual, double tolerance) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, tensor) -> {
            for (int i = 0; i < tensor.size(); i++) {
                assertEquals(tensor.floats()[i], actual.get(name).floats()[i], tolerance, name + "[" + i + "]");
            }
        });
    }

    @Test
    void clippingBoundsTheUpdate() {
        PlanInfo plan = TinyMlpStep.plan(ROWS, Precision.FP32, OptimizerKind.SGD, /* clipping= */ true);
        Settings settings = Settings.defaults(OptimizerKind.SGD)
                .withOptimizer(OptimizerSettings.defaults(OptimizerKind.SGD).withWeightDecay(0));
        assertEquals(0.01, moved(plan, settings.withClipNorm(0.01)), 1e-5);
        assertTrue(moved(plan, settings) > 0.02);
    }

    /** How far one step of SGD at learning rate 1 moves the parameters: the norm of the gradient it used. */
    private static double moved(PlanInfo plan, Settings settings) {
        try (TinyMlpStep step = TinyMlpStep.open(plan, SEED, settings)) {
            Map<String, HostTensor> before = values(step);
            step.train(Batch.of(ROWS, 0), 1);
            double squares = 0;
            for (Map.Entry<String, HostTensor> entry : values(step).entrySet()) {
                float[] old = before.get(entry.getKey()).floats();
                for (int i = 0; i < old.length; i++) {
                    squares += Math.pow(entry.getValue().floats()[i] - old[i], 2);
                }
            }
            return Math.sqrt(squares);
        }
    }

    @Test
    void clippingThatWasNotPlannedIsRefused() {
        Settings clipped = Settings.defaults(OptimizerKind.ADAMW).withClipNorm(1);
        assertContains(
                refusal(() -> TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED, clipped)), "@Train(clipping = true)");
        assertContains(refusal(() -> Settings.defaults(OptimizerKind.SGD).withClipNorm(0)), "clipped to 0.0");
    }

    @Test
    void aNanLossNamesTheStepAndEndsTheUse() {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            step.train(Batch.of(ROWS, 0), 0.01);
            Map<String, HostTensor> before = values(step);
            String failure = refusal(() -> step.train(Batch.withX(Batch.of(ROWS, 1), Float.NaN), 0.01));
            assertContains(failure, "step 1: the loss is NaN");
            assertContains(failure, "-Dashlar.debug=true");
            assertEquals(before, values(step), "the update must not have happened");
            assertContains(refusal(() -> step.train(Batch.of(ROWS, 2), 0.01)), "failed before");
            assertContains(refusal(() -> step.evaluate(Batch.of(ROWS, 2))), "failed before");
            assertContains(refusal(() -> step.save(Path.of("never.safetensors"))), "failed before");
        }
    }

    @Test
    void debugModeNamesTheOperator() {
        Settings debug = Settings.defaults(OptimizerKind.ADAMW).withDebug(true);
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED, debug)) {
            step.train(Batch.of(ROWS, 0), 0.01);
            AshlarException failure = assertThrows(
                    AshlarException.class,
                    () -> step.train(Batch.withX(Batch.of(ROWS, 1), Float.POSITIVE_INFINITY), 0.01));
            assertContains(failure.getMessage(), "step 1: up (");
            assertInstanceOf(NonFiniteException.class, failure.getCause());
        }
    }

    @ParameterizedTest
    @CsvSource({"3", "-1", "-99", "9223372036854775807"})
    void idsOutOfRangeAreNamedAndHarmless(long id) {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            Map<String, HostTensor> before = values(step);
            TinyMlpBatch bad = Batch.withTarget(Batch.of(ROWS, 0), 5, id);
            String refusal = refusal(() -> step.train(bad, 0.01));
            assertContains(refusal, "'targets' has the id " + id + " at [5]");
            assertContains(refusal, "[0, 3)");
            assertEquals(before, values(step));
            step.train(Batch.of(ROWS, 0), 0.01);
        }
    }

    @Test
    void theIgnoredIdIsNoError() {
        try (TinyMlpStep step = TinyMlpStep.withoutDropout(TinyMlpStep.plan(ROWS), SEED)) {
            TinyMlpBatch all = Batch.of(ROWS, 0);
            TinyMlpBatch some = Batch.withTarget(all, 0, TinyMlpStep.IGNORED);
            assertTrue(step.evaluate(all) != step.evaluate(some));
        }
    }

    @Test
    void wrongShapesAndTypesAreNamed() {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            assertContains(refusal(() -> step.train(Batch.of(ROWS + 1, 0), 0.01)), "'x' has the shape [9, 6]");
            TinyMlpBatch batch = Batch.of(ROWS, 0);
            HostTensor longs = HostTensor.of(new long[ROWS * TinyMlpStep.FEATURES], ROWS, TinyMlpStep.FEATURES);
            assertContains(
                    refusal(() -> step.train(new TinyMlpBatch(longs, batch.targets()), 0.01)), "'x' holds INT64");
            HostTensor floats = HostTensor.of(new float[ROWS], ROWS);
            assertContains(
                    refusal(() -> step.evaluate(new TinyMlpBatch(batch.x(), floats))), "'targets' holds FLOAT32");
        }
    }

    @Test
    void misuseIsRefusedAndHarmless() throws InterruptedException {
        TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED);
        TinyMlpBatch batch = Batch.of(ROWS, 0);
        assertContains(refusal(() -> step.update(0.01)), "call accumulate first");
        assertContains(refusal(() -> step.train(batch, Double.NaN)), "learning rate is NaN");
        assertContains(refusal(() -> step.accumulate(batch, Double.NaN)), "weight NaN");
        step.accumulate(batch, 1);
        assertContains(refusal(() -> step.train(batch, 0.01)), "call update before train");
        step.update(0.01);
        ExecutionException elsewhere = assertThrows(
                ExecutionException.class,
                () -> CompletableFuture.runAsync(() -> step.train(batch, 0.01)).get());
        assertContains(elsewhere.getCause().getMessage(), "use it where it was opened");
        step.train(batch, 0.01);
        step.close();
        step.close();
        assertContains(refusal(() -> step.train(batch, 0.01)), "is closed");
    }

    @Test
    void outputsAndLossesHaveNames() {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(ROWS), SEED)) {
            TinyMlpBatch batch = Batch.of(ROWS, 0);
            Map<String, HostTensor> outputs = step.forward(batch);
            assertEquals(List.of("logits"), List.copyOf(outputs.keySet()));
            assertEquals(ROWS * TinyMlpStep.CLASSES, outputs.get("logits").size());
            assertEquals(step.evaluate(batch), step.losses().get("loss"));
            assertFalse(step.losses().isEmpty());
        }
    }

    @Test
    void anotherWorldSizeIsRefused() {
        PlanInfo one = TinyMlpStep.plan(ROWS);
        PlanInfo four = new PlanInfo(
                one.model(),
                one.plan(),
                one.modelHash(),
                one.planHash(),
                one.device(),
                List.of(2, 2),
                one.precision(),
                one.optimizer(),
                one.clipping(),
                one.budgetBytes(),
                one.peakBytes(),
                one.parameterBytes(),
                one.optimizerBytes(),
                one.inputs(),
                one.summary());
        assertContains(refusal(() -> TinyMlpStep.open(four, SEED)), "is for 4 ranks, but 1 were started");
        assertEquals(1, Ranks.single().worldSize());
    }
}
