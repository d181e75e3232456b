package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.CompilerKit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The budget is a promise to the byte, whichever compiler runs the processor. */
class BudgetTest {
    private static final Pattern SMALLEST = Pattern.compile("\"smallestFeasibleBytes\": (\\d+)");

    private static final Pattern LARGEST =
            Pattern.compile("\\n +([0-9.]+) (Ki|Mi|)B [^\\n]*?(, made by (?:Net|Decoder)\\.\\w+)?(?=\\n|$)");

    @TempDir
    private Path directory;

    private int compiled;

    @ParameterizedTest
    @EnumSource(CompilerKit.Kind.class)
    void smallestCompilesAndOneByteLessDoesNot(CompilerKit.Kind compiler) throws Exception {
        CompilerKit.Result whole = compileWithin(compiler, "1GiB");
        assertEquals(List.of(), whole.findings());
        long least = smallest(whole);
        CompilerKit.Result tight = compileWithin(compiler, least + "B");
        assertEquals(List.of(), tight.findings());
        String json = Files.readString(tight.classes().resolve("net/Small.plan.json"));
        assertTrue(json.contains("\"deviceBytes\": " + least + ","));
        assertTrue(json.contains("\"decision\": \"recompute\""));
        assertTrue(json.contains("\"segment\": \"body["));
        String written = tight.generated().get("net/SmallStep.java");
        assertTrue(written.contains(" * again   ") && written.contains("// recompute "), written);
        List<CompilerKit.Finding> findings =
                compileWithin(compiler, least - 1 + "B").findings();
        assertEquals(1, findings.size());
        assertSaysWhatWouldDo(findings.get(0).message(), least);
        // Twice the same, byte for byte.
        CompilerKit.Result again = compileWithin(compiler, least + "B");
        assertEquals(written, again.generated().get("net/SmallStep.java"));
        assertEquals(json, Files.readString(again.classes().resolve("net/Small.plan.json")));
    }

    /** Ranks share the model; with memory to spare the smallest is told of all forms of the step. */
    @Test
    void onAMeshToo() throws Exception {
        long least = smallest(compileOnTwo("1GiB"));
        CompilerKit.Result tight = compileOnTwo(least + "B");
        assertEquals(List.of(), tight.findings());
        assertEquals(least, smallest(tight));
        List<CompilerKit.Finding> findings = compileOnTwo(least - 1 + "B").findings();
        assertEquals(1, findings.size());
        assertTrue(findings.get(0).message().contains("memory = \"" + least + "B\""));
    }

    private CompilerKit.Result compileOnTwo(String memory) {
        return compile(
                CompilerKit.Kind.JAVAC, MeasuredModel.WIDE, "mesh = 2, memory = \"" + memory + "\", microBatches = 1");
    }

    /** Where a batch as a whole does not fit, it is split; a number that the plan states is obeyed. */
    @Test
    void microBatchesAreChosen() throws Exception {
        long asAWhole = smallest(compileWithin(CompilerKit.Kind.JAVAC, "1GiB", 1));
        CompilerKit.Result split = compileWithin(CompilerKit.Kind.JAVAC, asAWhole - 1 + "B");
        assertEquals(List.of(), split.findings());
        String json = Files.readString(split.classes().resolve("net/Small.plan.json"));
        assertTrue(Pattern.compile("\"microBatches\": [248],").matcher(json).find(), json);
        assertTrue(split.generated().get("net/SmallStep.java").contains("microBatches"));
    }

    /** The smallest memory that does, and what fills it, largest first, with the methods that made it. */
    private static void assertSaysWhatWouldDo(String message, long least) {
        assertTrue(message.contains("ASH-063") && message.contains("(" + least + " bytes)"), message);
        assertTrue(message.contains("memory = \"" + least + "B\""), message);
        List<Double> amounts = new ArrayList<>();
        Matcher line = LARGEST.matcher(message);
        int made = 0;
        while (line.find()) {
            double unit = line.group(2).isEmpty() ? 1 : line.group(2).equals("Ki") ? 1 << 10 : 1 << 20;
            amounts.add(Double.parseDouble(line.group(1)) * unit);
            made += line.group(3) == null ? 0 : 1;
        }
        assertEquals(5, amounts.size(), message);
        assertEquals(amounts.stream().sorted(Comparator.reverseOrder()).toList(), amounts, message);
        assertTrue(made > 0, message);
    }

    private static long smallest(CompilerKit.Result compiled) throws IOException {
        Matcher smallest = SMALLEST.matcher(Files.readString(compiled.classes().resolve("net/Small.plan.json")));
        assertTrue(smallest.find());
        return Long.parseLong(smallest.group(1));
    }

    private CompilerKit.Result compileWithin(CompilerKit.Kind compiler, String memory) {
        return compileWithin(compiler, memory, 0);
    }

    private CompilerKit.Result compileWithin(CompilerKit.Kind compiler, String memory, int microBatches) {
        return compile(compiler, MeasuredModel.GPT, "memory = \"" + memory + "\", microBatches = " + microBatches);
    }

    private CompilerKit.Result compile(CompilerKit.Kind compiler, MeasuredModel model, String plan) {
        return CompilerKit.with(compiler)
                .source("net/Net.java", model.sources().get("net/Net.java") + """
                        @Plan(device = "cpu", %s)
                        interface Small extends Net {}
                        """.formatted(plan))
                .compile(directory.resolve("run" + compiled++));
    }
}
