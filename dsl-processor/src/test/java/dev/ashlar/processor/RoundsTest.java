package dev.ashlar.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.CompilerKit.Kind;
import dev.ashlar.processor.CompilerKit.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rounds, selection and failures. */
final class RoundsTest {
    private static final String NET = """
            package net;

            import dev.ashlar.dsl.*;

            @Model(dims = "batch=2 d=4")
            interface Net {
                @Input(shape = "batch d") Tensor x();
                @Use(Written.class) Tensor y(Tensor x);
                @Loss @MeanSquaredError Tensor loss(Tensor y, @In(value = "x", to = "targets") Tensor x);
            }

            @Plan(memory = "1GiB")
            interface Laptop extends Net {}

            @Plan(memory = "2GiB")
            interface Server extends Net {}
            """;
    private static final String WRITTEN = """
            package net;

            import dev.ashlar.dsl.*;

            @Block
            interface Written {
                @Input(shape = "batch d") Tensor x();
                @Output @Gelu Tensor y(Tensor x);
            }
            """;

    private final List<String> plans = new ArrayList<>();

    private final PlanStep capture = (plan, diagnostics, surroundings) -> plans.add(plan.qualifiedName());

    /** Writes a block one round after the first. */
    @SupportedAnnotationTypes("*")
    private static final class BlockWriter extends AbstractProcessor {
        private int round;

        @Override
        public SourceVersion getSupportedSourceVersion() {
            return SourceVersion.latestSupported();
        }

        @Override
        public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment environment) {
            if (round++ == 0) {
                try (Writer writer =
                        processingEnv.getFiler().createSourceFile("net.Written").openWriter()) {
                    writer.write(WRITTEN);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void waitsForTypesThatOthersWrite(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Net.java", NET)
                .processors(new AshlarProcessor(capture), new BlockWriter())
                .compile(directory);

        assertEquals(List.of(), result.findings());
        assertEquals(List.of("net.Laptop", "net.Server"), plans);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void processesSelectedPlansOnly(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Net.java", NET)
                .source("net/Written.java", WRITTEN)
                .option("-Aashlar.plan=net.Server")
                .processors(new AshlarProcessor(capture))
                .compile(directory);

        assertEquals(List.of(), result.findings());
        assertEquals(List.of("net.Server"), plans);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void plansOfBrokenModelsGoNoFurther(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Net.java", NET)
                .source("net/Written.java", WRITTEN.replace("@Gelu", ""))
                .processors(new AshlarProcessor(capture))
                .compile(directory);

        assertEquals(1, result.findings().size(), result.findings()::toString);
        assertEquals(List.of(), plans);
        assertEquals(Set.of(), result.generated().keySet());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void internalFailureIsOneErrorOnThePlan(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Net.java", NET)
                .source("net/Written.java", WRITTEN)
                .option("-Aashlar.plan=net.Laptop")
                .processors(new AshlarProcessor((plan, diagnostics, surroundings) -> {
                    throw new IllegalStateException("the graph has no end");
                }))
                .compile(directory);

        assertEquals(1, result.findings().size(), result.findings()::toString);
        String said = result.findings().get(0).toString();
        assertTrue(said.startsWith("Net.java:13:"), said);
        assertTrue(said.contains("[ASH-002]") && said.contains("IllegalStateException: the graph has no end"), said);
        assertTrue(said.contains("please report"), said);
        assertFalse(said.contains("\n"), said);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void tooLittleHeapIsOneErrorThatSaysWhatToDo(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Net.java", NET)
                .source("net/Written.java", WRITTEN)
                .option("-Aashlar.plan=net.Laptop")
                .processors(new AshlarProcessor((plan, diagnostics, surroundings) -> {
                    throw new OutOfMemoryError("Java heap space");
                }))
                .compile(directory);

        assertEquals(1, result.findings().size(), result.findings()::toString);
        String said = result.findings().get(0).toString();
        assertTrue(said.startsWith("Net.java:13:"), said);
        assertTrue(said.contains("[ASH-067]") && said.contains("'net.Laptop'") && said.contains("-J-Xmx2g"), said);
        assertFalse(said.contains("please report") || said.contains("\n"), said);
    }

    /** javac 17 leaves unknown annotations out of the model: there it says that nothing makes the tensor. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void unknownAnnotationIsOneErrorAtItsMethod(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Written.java", WRITTEN.replace("@Gelu", "@Wavelet"))
                .compile(directory);

        assertEquals(1, result.ours().size(), result.findings()::toString);
        String said = result.ours().get(0);
        assertTrue(said.startsWith("Written.java:8:"), said);
        assertTrue(said.contains("'@Wavelet'") || said.contains("how 'y' is made"), said);
    }

    private static final String TRAINED = """
            package net;

            import dev.ashlar.dsl.*;

            @Model(dims = "batch=2 d=4")
            interface Trained {
                @Input(shape = "batch d") Tensor x();
                @Input(shape = "batch d") Tensor targets();
                @Linear(out = "d") Tensor y(Tensor x);
                @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
            }

            @Plan(memory = "1GiB")
            interface Laptop extends Trained {}
            """;

    /** As with {@code javac -d out -cp out:…}, twice. ECJ writes no class again that is on its class path. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatAnEarlierCompilationLeftIsOnTheClassPath(Kind kind, @TempDir Path directory) {
        compileTrained(kind, directory, TRAINED);
        Result again = compileTrained(kind, directory, TRAINED);
        if (kind == Kind.ECJ) {
            assertIsThere(again, "A class for 'net.Trained' cannot be written", "empty the folder for classes");
        } else {
            assertEquals(List.of(), again.findings());
            assertTrue(Files.exists(again.classes().resolve("net/TrainedBatch.class")));
            assertTrue(Files.exists(again.classes().resolve("net/LaptopStep.class")));
        }
    }

    /** Javac before 23 would end with an exception of its own. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void anEarlierRecordWithOtherInputs(Kind kind, @TempDir Path directory) {
        compileTrained(kind, directory, TRAINED);
        Result again = compileTrained(
                kind,
                directory,
                TRAINED.replace("Tensor targets", "Tensor wanted")
                        .replace("y, Tensor wanted", "y, @In(to = \"targets\") Tensor wanted"));
        if (kind == Kind.ECJ) {
            assertIsThere(again, "A class for 'net.Trained' cannot be written", "empty the folder for classes");
        } else if (Runtime.version().feature() < 23) {
            assertIsThere(again, "has the record 'net.TrainedBatch'", "Delete TrainedBatch.class there");
        } else {
            assertEquals(List.of(), again.findings());
        }
    }

    /** A class of the user's own is no earlier compilation's. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aRecordOfTheSameNameInSource(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Trained.java", TRAINED)
                .source("net/TrainedBatch.java", "package net; record TrainedBatch(int x) {}")
                .compile(directory);
        assertIsThere(result, "A class for 'net.Trained' cannot be written", "give it another name");
    }

    private static Result compileTrained(Kind kind, Path directory, String source) {
        return CompilerKit.with(kind)
                .classPath(directory.resolve("classes"))
                .source("net/Trained.java", source)
                .compile(directory);
    }

    private static void assertIsThere(Result result, String what, String nextStep) {
        assertTrue(result.ours().stream().allMatch(e -> e.contains(" error [ASH-003] ")), result.toString());
        String error = result.ours().get(0);
        assertTrue(error.startsWith("Trained.java:6:"), error);
        assertTrue(error.contains(what) && error.contains(nextStep), error);
    }
}
