package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.processor.CompilerKit;
import dev.ashlar.processor.op.Avx512;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Step;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Planned memory against what libtorch's allocator reports while the written class trains. Needs JDK 22 and the runtime as a jar, that
 * is {@code mvn verify}; elsewhere nothing is measured.
 */
class MemoryAgainstRealityTest {
    @TempDir
    private Path directory;

    private int microBatches = 1;

    /** Before anything is compiled, which takes long. */
    @BeforeEach
    void memoryIsMeasured() {
        try (MemoryMeter meter = MemoryMeter.open()) {
            assumeTrue(meter.available(), meter::toString);
        }
    }

    /** Three budgets each: all kept, halfway, and the smallest. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "GPT, FP32, ADAMW",
        "GPT, FP32, SGD",
        "GPT, BF16, LION",
        "GPT, BF16_MIXED, ADAMW",
        "GPT, BF16_MIXED, LION",
        "GPT_DEEP, FP32, ADAMW",
        "GPT_DEEP, BF16, SGD",
        "LLAMA, FP32, ADAMW",
        "LLAMA, BF16_MIXED, ADAMW",
        "LLAMA_LONG, FP32, SGD",
        "LLAMA_LONG, BF16, SGD",
        "CNN, FP32, ADAMW",
        "WIDE, FP32, SGD",
        "WIDE, BF16, ADAMW",
        "SAMPLE_MLP, FP32, ADAMW",
        "SAMPLE_CNN, FP32, SGD",
        "SAMPLE_GPT, FP32, ADAMW"
    })
    void plannedIsMeasured(MeasuredModel model, String precision, String optimizer) throws Exception {
        atThreeBudgets(model, precision, optimizer);
    }

    /** Gradients stay from one micro-batch to the next; 0 leaves their number to the planner. */
    @ParameterizedTest(name = "{0} {1} {2} in {3} micro-batches")
    @CsvSource({
        "GPT, FP32, ADAMW, 0",
        "GPT, FP32, ADAMW, 2",
        "GPT, BF16_MIXED, ADAMW, 4",
        "LLAMA, FP32, SGD, 4",
        "SAMPLE_MLP, FP32, ADAMW, 4"
    })
    void plannedIsMeasuredInMicroBatches(MeasuredModel model, String precision, String optimizer, int count)
            throws Exception {
        microBatches = count;
        atThreeBudgets(model, precision, optimizer);
    }

    private void atThreeBudgets(MeasuredModel model, String precision, String optimizer) throws Exception {
        assumeTrue(precision.equals("FP32") || Avx512.hasBfloat(), Avx512.NO_BFLOAT);
        CompilerKit.Result whole = compile(model, precision, optimizer, "1GiB", "whole");
        String json = Files.readString(whole.classes().resolve("net/Small.plan.json"));
        long least = bytes(json, "smallestFeasibleBytes");
        long most = bytes(json, "deviceBytes");
        measure(model + " keep all", whole);
        if (least < most) {
            String middle = (least + most) / 2 + "B";
            measure(model + " middle", compile(model, precision, optimizer, middle, "middle"));
            measure(model + " smallest", compile(model, precision, optimizer, least + "B", "smallest"));
        }
    }

    private static long bytes(String json, String key) {
        Matcher value = Pattern.compile("\"" + key + "\": (\\d+)").matcher(json);
        assertTrue(value.find());
        return Long.parseLong(value.group(1));
    }

    private CompilerKit.Result compile(
            MeasuredModel model, String precision, String optimizer, String memory, String folder) {
        String plan = """
                package net;
                import dev.ashlar.dsl.*;
                @Plan(device = "cpu", memory = "%s", microBatches = %d)
                @Train(precision = Precision.%s, optimizer = dev.ashlar.dsl.Optimizer.%s)
                interface Small extends %s {}
                """.formatted(memory, microBatches, precision, optimizer, model.type());
        CompilerKit kit = CompilerKit.with(CompilerKit.Kind.JAVAC).source("net/Small.java", plan);
        model.sources().forEach(kit::source);
        CompilerKit.Result compiled = kit.compile(directory.resolve(folder));
        assertEquals(List.of(), compiled.findings());
        return compiled;
    }

    private static void measure(String what, CompilerKit.Result compiled) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(
                        new URL[] {compiled.classes().toUri().toURL()},
                        MemoryAgainstRealityTest.class.getClassLoader());
                MemoryMeter meter = MemoryMeter.open()) {
            Class<?> type = loader.loadClass("net.SmallStep");
            try (PlannedStep<?> step = (PlannedStep<?>)
                    type.getMethod("open", Ranks.class, Seed.class).invoke(null, Ranks.single(), Seed.of(1))) {
                measure(what, step, meter);
            }
        }
    }

    private static void measure(String what, PlannedStep<?> step, MemoryMeter meter) {
        long always = step.plan().parameterBytes() + step.plan().optimizerBytes();
        assertEquals(always, meter.currentBytes());
        train(step); // makes the kernels' tables
        long between = meter.currentBytes();
        assertTrue(always <= between);
        meter.resetPeak();
        train(step);
        assertEquals(between, meter.currentBytes());
        if (Boolean.getBoolean("ashlar.ratios")) {
            System.out.println(what + " " + step.plan().peakBytes() + " / " + meter.peakBytes());
        }
        double ratio = (double) step.plan().peakBytes() / meter.peakBytes();
        assertTrue(1 <= ratio && ratio <= 1.03, () -> what + ": planned / measured = " + ratio);
    }

    private static <B> void train(Step<B> step) {
        List<HostTensor> inputs = new ArrayList<>();
        for (InputInfo info : step.plan().inputs()) {
            long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
            int size = Math.toIntExact(info.shape().stream().reduce(1L, Math::multiplyExact));
            inputs.add(
                    info.dtype() == DType.INT64
                            ? HostTensor.of(new long[size], shape)
                            : HostTensor.of(new float[size], shape));
        }
        step.train(step.batch(inputs), 1e-3);
    }
}
