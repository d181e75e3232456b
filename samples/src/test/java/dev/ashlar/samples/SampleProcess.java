package dev.ashlar.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A sample in a JVM of its own, as a user starts it: exit codes and what is printed are only seen there. */
public record SampleProcess(int code, List<String> out, List<String> errors) {

    /** Runs a main to its end; its streams go through files in {@code directory}. */
    public static SampleProcess run(Path directory, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        Path out = directory.resolve("out.txt");
        Path errors = directory.resolve("errors.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                // Surefire hides the class path behind a manifest; it keeps the real one in a property.
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        int code = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start()
                .waitFor();
        return new SampleProcess(code, Files.readAllLines(out), Files.readAllLines(errors));
    }

    /** The lines on stdout that begin so. */
    public List<String> linesFrom(String start) {
        return out.stream().filter(line -> line.startsWith(start)).toList();
    }
}
