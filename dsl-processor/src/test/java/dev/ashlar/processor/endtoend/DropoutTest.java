package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.train.PlannedStep;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dropout's masks. Element i of the dropped tensor weighs 2⁻ⁱ in the loss, so the loss' bits are the mask of the forward pass; the
 * gradient of the embedding's row shows that of the backward pass.
 */
final class DropoutTest {
    private static final int N = 20;
    private static final String SOURCE = """
            package net;

            import dev.ashlar.dsl.*;

            @Block
            interface Drop {
                @Input(shape = "batch d") Tensor x();
                @Output @Dropout(p = 0.5) Tensor y(Tensor x);
            }

            @Model(dims = "batch=1 d=20")
            interface Net {
                @Input(shape = "batch", dtype = DType.INT64) Tensor ids();
                @Input(shape = "batch d") Tensor weights();
                @Input(shape = "batch 1") Tensor targets();
                @Embedding(rows = "2", dim = "d") Tensor row(Tensor ids);
                %s
                @Multiply Tensor weighed(Tensor dropped, Tensor weights);
                @Linear(out = "1", bias = false) Tensor sum(Tensor weighed);
                @Output @Scale(1) Tensor total(Tensor sum);
                @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor total, Tensor targets);
            }

            @Plan(device = "cpu", memory = "1MiB")
            interface Laptop extends Net {}
            """;
    private static final String ONCE = "@Dropout(p = 0.5) Tensor dropped(Tensor row);";
    private static final String TWICE = "@Repeat(\"2\") @Use(Drop.class) Tensor dropped(Tensor row);";

    /** Which elements were kept. */
    private record Masks(boolean[] forward, boolean[] backward) {}

    private static CompiledPlan compiled(String dropped, Path directory) {
        return CompiledPlan.of(SOURCE.formatted(dropped), directory);
    }

    private static PlannedStep<?> open(CompiledPlan plan, long seed) {
        PlannedStep<?> step = plan.open("Laptop", Seed.of(seed));
        float[] ones = new float[2 * N];
        Arrays.fill(ones, 1);
        step.parameters().get("row.weight").assign(HostTensor.of(ones, 2, N));
        step.parameters().get("sum.weight").assign(HostTensor.of(Arrays.copyOf(ones, N), 1, N));
        return step;
    }

    /** @param factor what a kept element is multiplied with */
    private static Masks masks(PlannedStep<?> step, double factor) {
        float[] weights = new float[N];
        for (int i = 0; i < N; i++) {
            weights[i] = (float) Math.scalb(1 / factor, -i);
        }
        // The target is far below, so that its distance is the sum of the kept weights plus one.
        List<HostTensor> inputs = step.plan().inputs().stream()
                .map(info -> switch (info.name()) {
                    case "ids" -> HostTensor.of(new long[] {1}, 1);
                    case "targets" -> HostTensor.of(new float[] {0}, 1, 1);
                    default -> HostTensor.of(weights, 1, N);
                })
                .toList();
        step.parameters().get("row.weight").clearGradient();
        double loss = CompiledPlan.accumulate(step, inputs, 1);
        boolean[] forward = new boolean[N];
        double rest = Math.sqrt(loss) + Math.scalb(1.0, -N - 1);
        for (int i = 0; i < N; i++) {
            forward[i] = rest >= Math.scalb(1.0, -i);
            rest -= forward[i] ? Math.scalb(1.0, -i) : 0;
        }
        Tensor gradient = step.parameters().get("row.weight").gradient();
        assertNotNull(gradient);
        float[] values = new float[2 * N];
        try (FloatPointer data = gradient.data_ptr_float()) {
            data.get(values);
        }
        boolean[] backward = new boolean[N];
        for (int i = 0; i < N; i++) {
            backward[i] = values[N + i] != 0;
        }
        return new Masks(forward, backward);
    }

    private static long kept(boolean[] mask) {
        return IntStream.range(0, N).filter(i -> mask[i]).count();
    }

    @Test
    void backwardDropsWhatForwardDropped(@TempDir Path directory) {
        try (CompiledPlan plan = compiled(ONCE, directory);
                PlannedStep<?> step = open(plan, 3)) {
            long kept = 0;
            for (int pass = 0; pass < 20; pass++) {
                Masks masks = masks(step, 2);
                if (kept(masks.forward()) > 0) {
                    assertArrayEquals(masks.forward(), masks.backward());
                }
                kept += kept(masks.forward());
            }
            assertEquals(200, kept, 40, "kept of 400");
        }
    }

    @Test
    void masksFollowTheSeedAndThePass(@TempDir Path directory) {
        try (CompiledPlan plan = compiled(ONCE, directory);
                PlannedStep<?> step = open(plan, 3);
                PlannedStep<?> same = open(plan, 3);
                PlannedStep<?> other = open(plan, 4)) {
            boolean[] first = masks(step, 2).forward();
            assertArrayEquals(first, masks(same, 2).forward());
            assertNotEquals(
                    Arrays.toString(first), Arrays.toString(masks(other, 2).forward()));
            assertNotEquals(
                    Arrays.toString(first), Arrays.toString(masks(step, 2).forward()));
        }
    }

    /** With one mask for both repetitions half would be kept. */
    @Test
    void repetitionsHaveMasksOfTheirOwn(@TempDir Path directory) {
        try (CompiledPlan plan = compiled(TWICE, directory);
                PlannedStep<?> step = open(plan, 3)) {
            long kept = 0;
            for (int pass = 0; pass < 20; pass++) {
                Masks masks = masks(step, 4);
                if (kept(masks.forward()) > 0) {
                    assertArrayEquals(masks.forward(), masks.backward());
                }
                kept += kept(masks.forward());
            }
            assertEquals(100, kept, 35, "kept of 400");
        }
    }

    @Test
    void evaluationDropsNothing(@TempDir Path directory) {
        try (CompiledPlan plan = compiled(TWICE, directory);
                PlannedStep<?> step = open(plan, 3)) {
            List<HostTensor> inputs = RandomBatch.of(step.plan(), 1);
            float total = CompiledPlan.forward(step, inputs).get("total").floats()[0];
            int weights = IntStream.range(0, inputs.size())
                    .filter(i -> step.plan().inputs().get(i).name().equals("weights"))
                    .findFirst()
                    .orElseThrow();
            double sum = 0;
            for (float weight : inputs.get(weights).floats()) {
                sum += weight;
            }
            assertEquals(sum, total, 1e-5);
        }
    }
}
