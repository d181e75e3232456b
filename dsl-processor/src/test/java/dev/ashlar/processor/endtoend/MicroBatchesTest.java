package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.CompilerKit;
import dev.ashlar.processor.CompilerKit.Kind;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.train.PlannedStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch in parts has the losses, gradients and outputs of the whole, masks of dropout included, in less memory. */
final class MicroBatchesTest {
    static final String GPT = """
            package net;
            import dev.ashlar.dsl.*;
            @Model(dims = "batch=8 seq=12 d=16 heads=2 vocab=40")
            interface Net {
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor tokens();
                @Input(shape = "batch seq", dtype = DType.INT64) Tensor targets();
                @Embedding(rows = "vocab", dim = "d") Tensor wte(Tensor tokens);
                @Repeat("2") @Use(value = Decoder.class, dims = "heads=heads") Tensor body(Tensor wte);
                @Output @Linear(out = "vocab", bias = false) Tensor logits(Tensor body);
                @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
            }
            @Block
            interface Decoder {
                @Input(shape = "batch seq d") Tensor x();
                @LayerNorm Tensor ln1(Tensor x);
                @Attention(heads = "heads", causal = true) Tensor attn(Tensor ln1);
                @Dropout(p = 0.3) Tensor kept(Tensor attn);
                @Output @Add Tensor y(Tensor x, Tensor kept);
            }
            """;

    private static final String IMAGES = """
            package net;
            import dev.ashlar.dsl.*;
            @Model(dims = "batch=8 c=2 h=9 w=9")
            interface Net {
                @Input(shape = "batch c h w") Tensor image();
                @Input(shape = "batch 5") Tensor targets();
                @Conv2d(out = "4", kernel = 3) Tensor c1(Tensor image);
                @Relu Tensor r1(Tensor c1);
                @GlobalAvgPool2d Tensor pooled(Tensor r1);
                @Output @Linear(out = "5") Tensor y(Tensor pooled);
                @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
            }
            """;

    @TempDir
    private Path directory;

    private int compiled;

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void equalsTheWholeBatch(int count) throws IOException {
        for (String model : List.of(GPT, IMAGES)) {
            try (CompiledPlan whole = compile(model, 1, "1GiB");
                    CompiledPlan parts = compile(model, count, "1GiB")) {
                assertTrue(json(parts).contains("\"microBatches\": " + count + ","), json(parts));
                assertTrue(peakBytes(parts) < peakBytes(whole));
                compare(whole, parts);
            }
        }
    }

    /** With what backward computes again. */
    @Test
    void equalsTheWholeBatchInTheSmallestMemory() throws IOException {
        try (CompiledPlan whole = compile(GPT, 1, "1GiB");
                CompiledPlan parts = compile(GPT, 4, "1GiB");
                CompiledPlan least = compile(GPT, 4, number(json(parts), "smallestFeasibleBytes") + "B")) {
            assertTrue(least.written("Laptop").contains("// recompute "));
            compare(whole, least);
            LivePointers.assertNoneLeft(() -> numbers(least));
        }
    }

    @Test
    void whatCannotBeSplitIsToldOnTheValue() {
        assertTold("3 micro-batches do not divide the batch batch=8", GPT, 3);
        assertTold(
                "'norm' (batch_norm2d) computes with the batch as a whole",
                IMAGES.replace("@Relu Tensor r1(Tensor c1);", "@BatchNorm2d Tensor norm(Tensor c1);")
                        .replace("(Tensor r1)", "(Tensor norm)"),
                2);
        assertTold("the input 'targets' does not begin with the batch", IMAGES.replace("\"batch 5\"", "\"8 5\""), 2);
    }

    /** Where the batch is to run as a whole and does not fit, the error says how many parts would. */
    @Test
    void theErrorSaysHowManyWouldDo() throws IOException {
        long least;
        try (CompiledPlan whole = compile(GPT, 1, "1GiB")) {
            least = number(json(whole), "smallestFeasibleBytes");
        }
        CompilerKit.Result result = CompilerKit.with(Kind.JAVAC)
                .source("net/Net.java", withPlan(GPT, 1, least - 1 + "B"))
                .compile(directory.resolve("run" + compiled++));
        String message = result.findings().get(0).message();
        assertTrue(message.contains("With microBatches = 2 there is a plan that fits."), message);
        compile(GPT, 2, least - 1 + "B").close();
    }

    private void assertTold(String reason, String model, int count) {
        CompilerKit.Result result = CompilerKit.with(Kind.JAVAC)
                .source("net/Net.java", withPlan(model, count, "1GiB"))
                .compile(directory.resolve("run" + compiled++));
        assertEquals(1, result.findings().size(), () -> result.findings().toString());
        String message = result.findings().get(0).message();
        assertTrue(message.contains("ASH-044") && message.contains(reason), message);
    }

    private CompiledPlan compile(String model, int count, String memory) {
        return CompiledPlan.of(withPlan(model, count, memory), directory.resolve("run" + compiled++));
    }

    private static String withPlan(String model, int count, String memory) {
        return model + """
                @Plan(device = "cpu", memory = "%s", microBatches = %d)
                @Train(clipping = true)
                interface Laptop extends Net {}
                """.formatted(memory, count);
    }

    private static String json(CompiledPlan plan) throws IOException {
        return Files.readString(plan.result().classes().resolve("net/Laptop.plan.json"));
    }

    private static long peakBytes(CompiledPlan plan) throws IOException {
        return number(json(plan), "peakBytes");
    }

    private static long number(String json, String key) {
        Matcher value = Pattern.compile("\"" + key + "\": (\\d+)").matcher(json);
        assertTrue(value.find());
        return Long.parseLong(value.group(1));
    }

    private static void compare(CompiledPlan whole, CompiledPlan parts) {
        Map<String, float[]> expected = numbers(whole);
        Map<String, float[]> made = numbers(parts);
        assertEquals(expected.keySet(), made.keySet());
        expected.forEach((name, numbers) -> {
            float[] others = made.get(name);
            double most = 0;
            for (float number : numbers) {
                most = Math.max(most, Math.abs(number));
            }
            assertEquals(numbers.length, others.length, name);
            for (int i = 0; i < numbers.length; i++) {
                assertEquals(numbers[i], others[i], 2e-5 * most + 1e-7, name + " at " + i);
            }
        });
    }

    /** Losses, gradients, evaluation and outputs of a batch some of whose targets do not count. */
    private static Map<String, float[]> numbers(CompiledPlan plan) {
        Map<String, float[]> numbers = new LinkedHashMap<>();
        try (PlannedStep<?> step = plan.open("Laptop", Seed.of(3))) {
            List<HostTensor> batch = new ArrayList<>(RandomBatch.of(step.plan(), 5));
            HostTensor targets = batch.get(1);
            if (!targets.dtype().floating()) {
                long[] fewer = targets.longs().clone();
                for (int i = 0; i < fewer.length / 3; i++) {
                    fewer[i] = -100;
                }
                batch.set(1, HostTensor.of(fewer, targets.shape()));
            }
            numbers.put("loss", new float[] {CompiledPlan.accumulate(step, batch, 0.5)});
            for (Parameter parameter : step.parameters().all()) {
                Tensor gradient = parameter.gradient();
                assertNotNull(gradient, parameter.name());
                float[] values = new float[Math.toIntExact(gradient.numel())];
                gradient.data_ptr_float().get(values);
                numbers.put(parameter.name(), values);
            }
            step.update(0.01);
            numbers.put("evaluated", new float[] {CompiledPlan.evaluate(step, batch)});
            CompiledPlan.forward(step, batch).forEach((name, output) -> numbers.put(name, output.floats()));
        }
        return numbers;
    }
}
