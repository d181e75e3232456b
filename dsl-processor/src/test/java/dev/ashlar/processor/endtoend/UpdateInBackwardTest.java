package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.RewritingProcessor;
import dev.ashlar.processor.graph.UpdateInBackward;
import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.train.PlannedStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A plan that updates in backward trains exactly as one that updates at the end. */
final class UpdateInBackwardTest {
    private static final int STEPS = 3;

    /** Repeated, tied and shared parameters, and such that are read again after their gradient is complete. */
    static Stream<ModelCase> cases() {
        return Stream.of(RepeatCases.all(), SharingCases.all(), TransformerCases.all())
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void trainsBitwiseAlike(ModelCase model, @TempDir Path directory) {
        String file = model.file(WholeStepTest.sizes(model, 3));
        try (CompiledPlan atEnd = CompiledPlan.of(file, directory.resolve("end"));
                CompiledPlan inBackward = CompiledPlan.of(
                        file, directory.resolve("backward"), RewritingProcessor.of(UpdateInBackward::of))) {
            String written = inBackward.written("Laptop");
            assertTrue(written.contains("boolean updatesInBackward()") && written.contains("update(p."), written);
            Map<String, List<Float>> expected = trained(atEnd);
            Map<String, List<Float>> made = trained(inBackward);
            assertEquals(expected, made);
            LivePointers.assertNoneLeft(() -> trained(inBackward));
        }
    }

    /** Losses, and parameters after some steps, as numbers of full precision. */
    private static Map<String, List<Float>> trained(CompiledPlan plan) {
        Map<String, List<Float>> numbers = new LinkedHashMap<>();
        try (PlannedStep<?> step = plan.open("Laptop", Seed.of(4))) {
            List<Float> losses = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                losses.add(CompiledPlan.train(step, RandomBatch.of(step.plan(), i), 0.01));
            }
            numbers.put("losses", losses);
            for (Parameter parameter : step.parameters().all()) {
                assertNull(parameter.gradient(), parameter.name());
                numbers.put(parameter.name(), numbers(parameter.value()));
            }
        }
        return numbers;
    }

    private static List<Float> numbers(Tensor tensor) {
        List<Float> numbers = new ArrayList<>();
        try (Tensor wide = tensor.to(ScalarType.Float);
                Tensor flat = wide.reshape(-1)) {
            float[] values = new float[Math.toIntExact(flat.numel())];
            flat.data_ptr_float().get(values);
            for (float value : values) {
                numbers.add(value);
            }
        }
        return numbers;
    }

    @Test
    void gradientsOfSeveralBatchesAreRefused(@TempDir Path directory) {
        ModelCase model = TransformerCases.all().get(0);
        String file = model.file(WholeStepTest.sizes(model, 3));
        try (CompiledPlan plan = CompiledPlan.of(file, directory, RewritingProcessor.of(UpdateInBackward::of));
                PlannedStep<?> step = plan.open("Laptop", Seed.of(4))) {
            List<HostTensor> batch = RandomBatch.of(step.plan(), 0);
            AshlarException refused =
                    assertThrows(AshlarException.class, () -> CompiledPlan.accumulate(step, batch, 0.5));
            assertTrue(refused.getMessage().contains("@Train(clipping = true)"), refused.getMessage());
            CompiledPlan.train(step, batch, 0.01);
        }
    }
}
