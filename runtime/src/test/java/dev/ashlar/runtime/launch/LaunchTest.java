package dev.ashlar.runtime.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranks as processes: they come together, and none outlives one that fails. */
@Timeout(120)
class LaunchTest {
    /** Without the optimizing compiler, which takes half of the time of processes that do little but start. */
    private static final String QUICK_TO_START = "-XX:TieredStopAtLevel=1";

    private record Ended(int code, List<String> out, List<String> errors) {}

    private static Ended run(int ranks, int threads, String how) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        // Surefire hides the class path behind a manifest; it keeps the real one in a property.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> jvm = List.of(
                "-Xmx128m",
                QUICK_TO_START,
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                classPath);
        int code = new RankProcesses(jvm, Map.of(), print(out), print(errors))
                .run(ranks, threads, List.of(LaunchedProgram.class.getName(), how));
        return new Ended(code, lines(out), lines(errors));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static List<String> lines(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.contains("SLF4J"))
                .sorted()
                .toList();
    }

    @Test
    void ranksComeTogetherAndSayWhoTheyAre() throws Exception {
        Ended ended = run(3, 2, "fine");
        assertEquals(0, ended.code(), ended.toString());
        assertEquals(6, ended.out().size(), ended.toString());
        for (int rank = 0; rank < 3; rank++) {
            assertEquals("[rank " + rank + "] sum 6.0 threads 2", ended.out().get(2 * rank));
        }
    }

    /** One of two is killed: the other goes on alone, from the last checkpoint, to the loss that one alone would have come to. */
    @Test
    void theRestGoesOn(@TempDir Path directory) throws Exception {
        List<String> restarted = launch("2,1", directory.resolve("restarted"));
        List<String> alone = launch("1", directory.resolve("alone"));
        String end =
                alone.stream().filter(l -> l.contains("in the end")).findFirst().orElseThrow();
        assertTrue(restarted.contains(end.replace("restarts 0", "restarts 1")), restarted + "\n" + alone);
        assertTrue(restarted.contains("restart 1 of 1 on 1 rank"), restarted.toString());
        assertTrue(
                restarted.stream().anyMatch(l -> l.matches("\\[rank 0\\] .*continuing from .*step-[24].*")),
                restarted.toString());
    }

    private static List<String> launch(String ranks, Path checkpoints) throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                QUICK_TO_START,
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Launch.class.getName(),
                "--ranks",
                ranks,
                "--threads",
                "1",
                "--restarts",
                "1",
                RestartedProgram.class.getName(),
                checkpoints.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertEquals(0, process.waitFor(), lines.toString());
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"throws, 2", "bug, 1", "dies, 7"})
    void theFirstThatFailsIsNamed(String how, int code) throws Exception {
        Ended ended = run(2, 1, how);
        assertEquals(code, ended.code(), ended.toString());
        assertTrue(
                ended.errors().stream().anyMatch(l -> l.startsWith("error: rank 1 failed with exit code " + code)),
                ended.toString());
        if (how.equals("throws")) {
            assertTrue(ended.errors().contains("[rank 1] error: rank 1 has no data"), ended.toString());
        }
    }
}
