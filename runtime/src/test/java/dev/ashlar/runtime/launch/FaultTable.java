package dev.ashlar.runtime.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Lets every {@link Fault} happen to ranks of their own processes and prints what became of them. {@code java -cp … FaultTable} with the class
 * path of the runtime's tests. A full disk is a small file system that root mounts, or else a limit on the size of files.
 */
final class FaultTable {
    private FaultTable() {}

    /**
     * What became of the ranks of one run.
     *
     * @param seconds from the fault until no rank was left
     * @param other the message of the other rank
     * @param launcher what the launcher said last
     */
    record Row(Fault fault, double seconds, int code, String other, String launcher, List<String> all) {
        @Override
        public String toString() {
            return String.format("%-42s %6.1f s  exit %3d  %s | %s", fault.words(), seconds, code, other, launcher);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("ashlar-faults");
        try {
            for (Fault fault : Fault.values()) {
                System.out.println(run(fault, Files.createDirectory(directory.resolve(fault.name()))));
            }
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    /** Runs it; checkpoints lie below the directory. */
    static Row run(Fault fault, Path directory) throws IOException, InterruptedException {
        if (fault != Fault.FULL_DISK) {
            return run(fault, directory, directory);
        }
        Path small = Files.createDirectory(directory.resolve("small"));
        if (call("mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", small.toString()) != 0) {
            System.out.println("no small file system can be mounted: ranks may write no large file instead");
            return run(fault, directory, directory);
        }
        try {
            return run(fault, directory, small);
        } finally {
            call("umount", small.toString());
        }
    }

    private static int call(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static Row run(Fault fault, Path directory, Path second) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        // Surefire hides the class path behind a manifest; it keeps the real one in a property.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> jvm = List.of(
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1", // these processes do little but start
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                classPath);
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int code = new RankProcesses(jvm, limits(fault), print, print)
                .run(
                        fault.ranks(),
                        1,
                        List.of(FaultyProgram.class.getName(), fault.name(), directory.toString(), second.toString()));
        long end = System.currentTimeMillis();
        List<String> lines = out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.contains("SLF4J"))
                .toList();
        double seconds = lines.stream()
                .filter(line -> line.contains(Fault.ANNOUNCED))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*" + Fault.ANNOUNCED, "")))
                .mapToDouble(at -> (end - at) / 1e3)
                .max()
                .orElse(0);
        return new Row(
                fault,
                seconds,
                code,
                last(lines, "[rank " + (1 - fault.rank()) + "] error: "),
                last(lines, "error: "),
                lines);
    }

    private static Map<String, String> limits(Fault fault) {
        return switch (fault) {
            case STOPPED, SLOW -> Map.of("ASHLAR_STEP_SECONDS", "3");
            case MISSING -> Map.of("ASHLAR_START_SECONDS", "3");
            default -> Map.of();
        };
    }

    private static String last(List<String> lines, String start) {
        return lines.stream().filter(line -> line.startsWith(start)).reduce("", (first, second) -> second);
    }
}
