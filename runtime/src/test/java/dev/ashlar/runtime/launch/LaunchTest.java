package dev.ashlar.runtime.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranks as processes: they come together, and none outlives one that fails. */
@Timeout(120)
class LaunchTest {
    private record Ended(int code, List<String> out, List<String> errors) {}

    private static Ended run(int ranks, int threads, String how) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        // Surefire hides the class path behind a manifest; it keeps the real one in a property.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> jvm = List.of(
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                classPath);
        int code = new RankProcesses(jvm, print(out), print(errors))
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
