package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainsTest {
    @TempDir
    Path directory;

    private record Ended(int code, List<String> out, List<String> errors) {}

    private Ended run(String argument) throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path errors = directory.resolve("errors");
        // Surefire hides the class path behind a manifest; it keeps the real one in a property.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dorg.bytedeco.javacpp.nopointergc=true",
                        "-cp",
                        classPath,
                        MainsProgram.class.getName(),
                        argument)
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        int code = process.waitFor();
        List<String> ours = Files.readAllLines(errors).stream()
                .filter(line -> !line.startsWith("SLF4J"))
                .toList();
        return new Ended(code, Files.readAllLines(out), ours);
    }

    @Test
    void aProgramThatEndsWellLeavesQuietly() throws Exception {
        Ended ended = run("fine");
        assertEquals(new Ended(0, ended.out(), List.of()), ended);
        assertEquals(20, ended.out().size());
        assertTrue(
                ended.out()
                        .get(19)
                        .matches("step 20/20: loss \\d\\.\\d{4}, \\d+ samples/s, (peak .* of )?0\\.1 MiB planned"),
                ended.out().get(19));
    }

    @Test
    void aMistakeIsOneLineAndCodeTwo() throws Exception {
        Ended ended = run("nan");
        assertEquals(2, ended.code());
        assertEquals(1, ended.errors().size(), ended.errors().toString());
        assertTrue(
                ended.errors().get(0).startsWith("error: step 0: the loss is NaN"),
                ended.errors().toString());
    }

    @Test
    void aBugIsOneLineAndCodeOne() throws Exception {
        Ended ended = run("bug");
        assertEquals(1, ended.code());
        assertEquals(1, ended.errors().size(), ended.errors().toString());
        assertTrue(
                ended.errors().get(0).startsWith("error: IllegalStateException: first line; run with"),
                ended.errors().toString());
    }
}
