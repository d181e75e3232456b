package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.CompilerKit;
import dev.ashlar.processor.CompilerKit.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Same input, same bytes: the samples' models are compiled twice, in another order and folder, and what is written is compared with
 * golden hashes, which hold for every JDK and machine. After a wanted change run with {@code -Dashlar.goldens=write}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeterminismTest {
    private static final Path SAMPLES = Path.of("..", "samples", "src", "main", "java");
    private static final Path GOLDEN = Path.of("src", "test", "resources", "determinism", "written.sha256");
    /** For a machine to compare with that of another JDK. */
    private static final Path REPORT = Path.of("target", "determinism.sha256");

    private Map<String, String> first = Map.of();

    @BeforeAll
    void compile(@TempDir Path directory) throws IOException {
        first = Collections.unmodifiableMap(compiled(models(), directory));
    }

    @Test
    void twoCompilationsGiveTheSameBytes(@TempDir Path directory) throws IOException {
        List<Path> reversed = new ArrayList<>(models());
        Collections.reverse(reversed);

        Map<String, String> second =
                compiled(reversed, directory.resolve("somewhere").resolve("else"));

        assertTrue(first.keySet().stream().anyMatch(f -> f.endsWith("GptLaptopStep.class")), first::toString);
        assertEquals(lines(first), lines(second));
    }

    @Test
    void writesTheSameOnEveryJdk() throws IOException {
        Map<String, String> hashes = new TreeMap<>(first);
        // Classes of javac's own making may differ from one JDK to the next.
        hashes.keySet().removeIf(file -> file.endsWith(".class") && !file.endsWith("Companion.class"));
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, lines(hashes));
        if ("write".equals(System.getProperty("ashlar.goldens"))) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, lines(hashes));
        }

        assertEquals(
                Files.readString(GOLDEN),
                lines(hashes),
                "what the processor writes has changed; if that is wanted, run with -Dashlar.goldens=write");
    }

    /** The samples' annotated interfaces; the rest of the samples uses what is written for them. */
    private static List<Path> models() throws IOException {
        try (Stream<Path> walk = Files.walk(SAMPLES)) {
            List<Path> models = new ArrayList<>();
            for (Path file :
                    walk.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                String text = Files.readString(file);
                if (Stream.of("@Model", "@Block", "@Plan").anyMatch(a -> text.contains("\n" + a))) {
                    models.add(file);
                }
            }
            return models;
        }
    }

    /** Hashes of written sources, {@code source/…}, and of all that is in the class output, {@code class/…}. */
    private static Map<String, String> compiled(List<Path> models, Path directory) throws IOException {
        CompilerKit.Result result = CompilerKit.with(Kind.JAVAC).files(models).compile(directory);
        assertEquals(List.of(), result.findings());
        Map<String, String> hashes = new TreeMap<>();
        for (Map.Entry<String, String> source : result.generated().entrySet()) {
            hashes.put("source/" + source.getKey(), sha256(source.getValue().getBytes(StandardCharsets.UTF_8)));
        }
        try (Stream<Path> walk = Files.walk(result.classes())) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                String name = result.classes().relativize(file).toString().replace('\\', '/');
                hashes.put("class/" + name, sha256(Files.readAllBytes(file)));
            }
        }
        return hashes;
    }

    private static String lines(Map<String, String> hashes) {
        return hashes.entrySet().stream()
                .map(e -> e.getValue() + "  " + e.getKey() + "\n")
                .collect(Collectors.joining());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
