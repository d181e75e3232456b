package dev.ashlar.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every folder of {@code src/test/resources/diagnostics} is a test under every compiler: its sources are compiled, and what the
 * compilers say must be the text of {@code diagnostics.expected}.
 *
 * <ul>
 *   <li>{@code ecj.expected}: what ECJ says, where that differs (it points at whole annotations).
 *   <li>{@code lib/}: sources that are compiled before, with the processor, and come as class files; {@code lib-plain/}: without it.
 *   <li>{@code options}: compiler options, one a line.
 * </ul>
 *
 * To accept what the compilers say now: {@code mvn -pl dsl-processor -am test -Dtest=DiagnosticGoldenTest -Dashlar.goldens=write
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
final class DiagnosticGoldenTest {
    private static final Path FOLDERS = Path.of("src/test/resources/diagnostics");
    private static final boolean WRITE = "write".equals(System.getProperty("ashlar.goldens"));

    static Stream<Arguments> cases() throws IOException {
        try (Stream<Path> list = Files.list(FOLDERS)) {
            return list
                    .filter(Files::isDirectory)
                    .sorted()
                    .map(p -> p.getFileName().toString())
                    .toList()
                    .stream()
                    .flatMap(f -> Stream.of(CompilerKit.Kind.values()).map(k -> Arguments.of(f, k)));
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void says(String feature, CompilerKit.Kind kind, @TempDir Path directory) throws IOException {
        Path folder = FOLDERS.resolve(feature);
        CompilerKit kit = CompilerKit.with(kind).files(sources(folder));
        for (String library : List.of("lib", "lib-plain")) {
            if (Files.isDirectory(folder.resolve(library))) {
                kit.classPath(library(kind, folder.resolve(library), directory.resolve(library)));
            }
        }
        if (Files.exists(folder.resolve("options"))) {
            Files.readAllLines(folder.resolve("options")).forEach(kit::option);
        }
        String said =
                kit.compile(directory).findings().stream().map(f -> f + "\n").collect(Collectors.joining());
        check(folder, kind, said);
    }

    private static void check(Path folder, CompilerKit.Kind kind, String said) throws IOException {
        Path common = folder.resolve("diagnostics.expected");
        Path own = folder.resolve("ecj.expected");
        if (WRITE && kind == CompilerKit.Kind.JAVAC) {
            Files.writeString(common, said);
        } else if (WRITE) {
            Files.deleteIfExists(own);
            if (!said.equals(Files.readString(common))) {
                Files.writeString(own, said);
            }
        }
        Path expected = kind == CompilerKit.Kind.ECJ && Files.exists(own) ? own : common;
        assertTrue(Files.exists(expected), () -> "There is no " + expected + "; the compiler says:\n" + said);
        assertEquals(Files.readString(expected), said);
    }

    private static Path library(CompilerKit.Kind kind, Path sources, Path directory) throws IOException {
        CompilerKit kit = CompilerKit.with(kind).files(sources(sources));
        if (sources.getFileName().toString().equals("lib-plain")) {
            kit.processors();
        }
        CompilerKit.Result result = kit.compile(directory);
        assertEquals(List.of(), result.findings());
        return result.classes();
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(p -> p.toString().endsWith(".java"))
                    .sorted()
                    .map(Path::toAbsolutePath)
                    .toList();
        }
    }
}
