package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The written class files: short methods however long the model, no reflection. */
final class WrittenClassTest {
    /** Above this size the JIT compiler leaves a method alone. */
    private static final int LIMIT = 8_000;

    private static final Pattern INSTRUCTION = Pattern.compile("^\\s+(\\d+): \\w.*");

    @Test
    void flatOperatorsAreSplitIntoMethods(@TempDir Path directory) {
        String source = LongModel.flat().file(Map.of("batch", 2, "d", 4));
        Map<String, Integer> sizes = methodSizes(directory, source);

        assertTrue(sizes.size() > 20, sizes::toString);
        assertEquals(List.of(), tooLong(sizes));
    }

    @Test
    void layersAreLoops(@TempDir Path directory) {
        Map<String, Integer> deep = methodSizes(directory.resolve("deep"), LongModel.deep(96));
        Map<String, Integer> shallow = methodSizes(directory.resolve("shallow"), LongModel.deep(2));

        assertEquals(List.of(), tooLong(deep));
        assertEquals(shallow.keySet(), deep.keySet());
    }

    /** An underscore in a name is no nesting. */
    @Test
    void namesMayHaveUnderscores(@TempDir Path directory) {
        String source = """
                package net;
                import dev.ashlar.dsl.*;
                interface Around_1 {
                    @Model(dims = "batch=2 d=4")
                    interface Net_2 {
                        @Input(shape = "batch d") Tensor x();
                        @Input(shape = "batch d") Tensor targets();
                        @Linear(out = "d") Tensor y(Tensor x);
                        @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                    }
                    @Plan(device = "cpu", memory = "1GiB")
                    interface Plan_3 extends Net_2 {}
                }
                """;
        try (CompiledPlan plan = CompiledPlan.of(source, directory)) {
            assertTrue(plan.written("Around_1_Plan_3").contains("{@link Around_1.Plan_3}"));
            String batch = plan.result().generated().get("net/Around_1_Net_2Batch.java");
            assertTrue(batch.contains("{@link Around_1.Net_2}"), batch);
        }
    }

    @Test
    void usesNoReflection(@TempDir Path directory) {
        String code = disassembled(directory, LongModel.deep(3));

        assertTrue(code.contains("attentionBackward"), "the step is among the classes");
        assertFalse(code.contains("java/lang/reflect"));
        assertFalse(code.contains("java/lang/Class."));
        assertFalse(code.contains("java/lang/invoke/MethodHandle."));
    }

    private static List<String> tooLong(Map<String, Integer> sizes) {
        return sizes.entrySet().stream()
                .filter(e -> e.getValue() > LIMIT)
                .map(Object::toString)
                .toList();
    }

    /** Bytes of code by class and method, up to the beginning of the last instruction. */
    private static Map<String, Integer> methodSizes(Path directory, String source) {
        Map<String, Integer> sizes = new TreeMap<>();
        String type = "";
        String method = "";
        for (String line : disassembled(directory, source).split("\n")) {
            Matcher instruction = INSTRUCTION.matcher(line);
            if (instruction.matches()) {
                sizes.merge(type + " " + method, Integer.parseInt(instruction.group(1)), Math::max);
            } else if (line.endsWith("{")) {
                type = line;
            } else if (line.endsWith(");")) {
                method = line.strip();
            }
        }
        return sizes;
    }

    private static String disassembled(Path directory, String source) {
        try (CompiledPlan plan = CompiledPlan.of(source, directory);
                Stream<Path> files = Files.list(plan.result().classes().resolve("net"))) {
            List<String> arguments = Stream.concat(
                            Stream.of("-c", "-p"), files.map(Path::toString).sorted())
                    .toList();
            StringWriter out = new StringWriter();
            ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
            int status = javap.run(new PrintWriter(out), new PrintWriter(out), arguments.toArray(String[]::new));
            assertEquals(0, status, out::toString);
            return out.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
