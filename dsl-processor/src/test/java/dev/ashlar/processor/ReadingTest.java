package dev.ashlar.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.CompilerKit.Kind;
import dev.ashlar.processor.CompilerKit.Result;
import dev.ashlar.processor.spec.InterfaceSpec;
import dev.ashlar.processor.spec.MethodSpec;
import dev.ashlar.processor.spec.ParameterSpec;
import dev.ashlar.processor.spec.PlanSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What arrives at the next step of models and plans that are right. */
final class ReadingTest {
    private static final String MODEL = """
            package net;

            import dev.ashlar.dsl.*;

            @Model(dims = "batch=2 d=4")
            @Train(optimizer = Optimizer.LION, noDecay = {"a.*", "b"})
            public interface Net {
                @Input(shape = "batch d") Tensor x();
                @Linear(out = "d") Tensor up(Tensor x);
                @Repeat("2") @Use(value = Parts.Part.class, dims = "ff=4*d") Tensor body(@In("up") Tensor in);
                @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor body, @In(value = "x", to = "targets") Tensor t);
            }
            """;
    private static final String PARTS = """
            package net;

            import dev.ashlar.dsl.*;

            public interface Parts {
                @Block(dims = "ff=8")
                interface Part {
                    @Input(shape = "batch d") Tensor in();
                    @Linear(out = "ff") Tensor second(Tensor in);
                    @Gelu Tensor between(Tensor second);
                    @Output @Linear(out = "d") Tensor alast(Tensor between);
                }
            }
            """;
    private static final String PLAN = """
            package net;

            import dev.ashlar.dsl.*;

            @Plan(memory = "1GiB", mesh = 2, dims = "batch=8")
            @Train(precision = Precision.BF16_MIXED)
            public interface Laptop extends Net {
                @Embedding(rows = "9", dim = "d") Tensor up(Tensor x);
            }
            """;

    private final List<PlanSpec> plans = new ArrayList<>();

    private AshlarProcessor capturing() {
        return new AshlarProcessor((plan, diagnostics, surroundings) -> plans.add(plan));
    }

    private PlanSpec only() {
        assertEquals(1, plans.size());
        return plans.get(0);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void planOverridesModel(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Net.java", MODEL)
                .source("net/Parts.java", PARTS)
                .source("net/Laptop.java", PLAN)
                .option("-Aashlar.dims=batch=16")
                .processors(capturing())
                .compile(directory);

        assertEquals(List.of(), result.findings());
        PlanSpec plan = only();
        assertEquals("net.Laptop", plan.qualifiedName());
        assertEquals("net.Net", plan.model().qualifiedName());
        assertEquals(
                List.of("batch=2 d=4", "batch=8", "batch=16"),
                texts(plan.model().dims()));
        assertEquals("Embedding", method(plan.model(), "up").operator().name());
        assertEquals(
                List.of(2L),
                plan.mesh().entries().stream().map(ValueSpec::value).toList());
        assertEquals("1GiB", plan.memory().text());
        assertEquals("cpu", plan.device().text());
        assertEquals(List.of("net.Parts.Part"), List.copyOf(plan.blocks().keySet()));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void trainIsMergedElementByElement(Kind kind, @TempDir Path directory) {
        CompilerKit.with(kind)
                .source("net/Net.java", MODEL)
                .source("net/Parts.java", PARTS)
                .source("net/Laptop.java", PLAN)
                .processors(capturing())
                .compile(directory);

        assertEquals("LION", only().train().optimizer());
        assertEquals("BF16_MIXED", only().train().precision());
        assertEquals(List.of("a.*", "b"), texts(only().train().noDecay()));
        assertEquals(List.of("**"), texts(only().train().trainable()));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void modelMayBeItsOwnPlan(Kind kind, @TempDir Path directory) {
        CompilerKit.with(kind)
                .source("net/Net.java", MODEL.replace("@Model", "@Plan(memory = \"1GiB\") @Model"))
                .source("net/Parts.java", PARTS)
                .processors(capturing())
                .compile(directory);

        assertEquals("net.Net", only().qualifiedName());
        assertEquals("net.Net", only().model().qualifiedName());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void parametersSayEdgeAndPort(Kind kind, @TempDir Path directory) {
        CompilerKit.with(kind)
                .source("net/Net.java", MODEL)
                .source("net/Parts.java", PARTS)
                .source("net/Laptop.java", PLAN)
                .processors(capturing())
                .compile(directory);

        List<ParameterSpec> parameters = method(only().model(), "loss").parameters();
        assertEquals(
                List.of("body", "x"),
                parameters.stream().map(ParameterSpec::reads).toList());
        assertEquals(
                List.of("x", "targets"),
                parameters.stream().map(p -> p.port().orElseThrow()).toList());
        assertEquals("Net.loss", parameters.get(0).source().where());
    }

    @ParameterizedTest
    @CsvSource({"JAVAC, JAVAC", "JAVAC, ECJ", "ECJ, JAVAC", "ECJ, ECJ"})
    void classFilesReadLikeSource(Kind ofLibrary, Kind kind, @TempDir Path directory) {
        Result library = CompilerKit.with(ofLibrary)
                .source("net/Net.java", MODEL)
                .source("net/Parts.java", PARTS)
                .compile(directory.resolve("library"));
        Result binary = CompilerKit.with(kind)
                .source("net/Laptop.java", PLAN)
                .classPath(library.classes())
                .processors(capturing())
                .compile(directory.resolve("binary"));
        CompilerKit.with(kind)
                .source("net/Net.java", MODEL)
                .source("net/Parts.java", PARTS)
                .source("net/Laptop.java", PLAN)
                .processors(capturing())
                .compile(directory.resolve("source"));

        assertEquals(List.of(), binary.findings());
        assertEquals(2, plans.size());
        assertEquals(told(plans.get(1)), told(plans.get(0)));
        // Out of alphabetical order, as ECJ lists the members of class files.
        assertTrue(told(plans.get(0)).indexOf("second(in)") < told(plans.get(0)).indexOf("alast(between)"));
    }

    /** All that a plan says, in order, without places. */
    private static String told(PlanSpec plan) {
        return told(plan.model())
                + plan.blocks().keySet().stream()
                        .sorted()
                        .map(k -> told(plan.blocks().get(k)))
                        .collect(Collectors.joining());
    }

    private static String told(InterfaceSpec spec) {
        String methods = spec.methods().stream()
                .map(m -> m.name()
                        + m.parameters().stream().map(ParameterSpec::name).collect(Collectors.joining(", ", "(", ")"))
                        + m.annotations().stream()
                                .map(a -> "@" + a.name() + a.values().keySet()
                                        + a.values().values().stream()
                                                .map(ReadingTest::told)
                                                .toList())
                                .toList()
                        + "\n")
                .collect(Collectors.joining());
        return spec.qualifiedName() + " " + texts(spec.dims()) + "\n" + methods;
    }

    private static String told(ValueSpec value) {
        return value.value() instanceof List<?>
                ? value.entries().stream().map(ReadingTest::told).toList().toString()
                : value.value() + (value.explicit() ? "!" : "");
    }

    private static List<String> texts(List<ValueSpec> values) {
        return values.stream().map(ValueSpec::text).toList();
    }

    private static MethodSpec method(InterfaceSpec spec, String name) {
        return spec.methods().stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
