package dev.ashlar.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.CompilerKit.Kind;
import dev.ashlar.processor.CompilerKit.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What companion classes record, and what happens where they are wrong. */
final class CompanionTest {
    private static final String MODEL = """
            package net;

            import dev.ashlar.dsl.*;

            @Model(dims = "batch=2 d=4")
                        public interface Net {
                @Input(shape = "batch d") Tensor x();
                @Linear(out = "d") Tensor up(Tensor x);
                @Repeat("2") @Use(value = Parts.Part.class, dims = "ff=4*d") Tensor body(@In("up") Tensor in);
                @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor body, @In(value = "x", to = "targets") Tensor t);
            }
            """;
    private static final String PARTS = """
            package net;

            import dev.ashlar.dsl.*;

            public interface Parts {
                @Block(dims = "ff=8")
                interface Part {
                    @Input(shape = "batch d") Tensor in();
                    @Linear(out = "ff") Tensor second(Tensor in);
                    @Gelu Tensor between(Tensor second);
                    @Output @Linear(out = "d") Tensor alast(Tensor between);
                }
            }
            """;
    private static final String USER = """
            package net;

            import dev.ashlar.dsl.*;

            @Model(dims = "batch=2 d=4")
            interface User {
                @Input(shape = "batch d") Tensor x();
                @Loss @Use(Parts.Part.class) Tensor y(Tensor x);
            }
            """;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void companionDependsOnContentAlone(Kind kind, @TempDir Path directory) {
        String companion = companion(kind, PARTS, directory.resolve("a"));
        assertTrue(companion.contains("\"between(second)\""), companion);
        assertEquals(companion, companion(Kind.JAVAC, PARTS, directory.resolve("b")));
        String hash = hash(companion);
        String reordered = PARTS.replace("@Input(shape = \"batch d\") Tensor in();", "")
                .replace("(Tensor between);", "(Tensor between); @Input(shape = \"batch d\") Tensor in();");
        assertEquals(hash, hash(companion(kind, reordered, directory.resolve("c"))));
        String explicit = PARTS.replace("@Linear(out = \"d\")", "@Linear(out = \"d\", bias = true)");
        assertEquals(hash, hash(companion(kind, explicit, directory.resolve("d"))));
        List<String> changed = List.of(
                PARTS.replace("ff=8", "ff=9"),
                PARTS.replace("@Gelu", "@Relu"),
                PARTS.replace("(Tensor second", "(@In(\"in\") Tensor second"),
                PARTS.replace("alast", "last"));
        for (String text : changed) {
            Path at = directory.resolve("e" + changed.indexOf(text));
            assertNotEquals(hash, hash(companion(kind, text, at)), text);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void companionListsBlocksWithTheirHashes(Kind kind, @TempDir Path directory) {
        Result result = CompilerKit.with(kind)
                .source("net/Net.java", MODEL)
                .source("net/Parts.java", PARTS)
                .compile(directory);

        assertEquals(
                new TreeSet<>(List.of("net/NetBatch.java", "net/NetCompanion.java", "net/Parts_PartCompanion.java")),
                result.generated().keySet());
        String hash = hash(String.valueOf(result.generated().get("net/Parts_PartCompanion.java")));
        assertTrue(String.valueOf(result.generated().get("net/NetCompanion.java"))
                .contains("uses = \"net.Parts.Part=" + hash + "\""));
    }

    private static String companion(Kind kind, String parts, Path directory) {
        Result result = CompilerKit.with(kind).source("net/Parts.java", parts).compile(directory);
        assertEquals(List.of(), result.findings());
        return String.valueOf(result.generated().get("net/Parts_PartCompanion.java"));
    }

    private static String hash(String companion) {
        String hash = companion
                .lines()
                .filter(l -> l.contains("hash = "))
                .findFirst()
                .orElseThrow()
                .replaceAll(".*\"(.*)\".*", "$1");
        assertEquals(64, hash.length());
        return hash;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void companionOfOtherMethodsIsRefused(Kind kind, @TempDir Path directory) {
        CompilerKit.with(kind).source("net/Parts.java", PARTS).compile(directory.resolve("library"));
        Result library = CompilerKit.with(kind)
                .source("net/Parts.java", PARTS.replace("Tensor between(", "Tensor other("))
                .processors()
                .compile(directory.resolve("library"));

        String said = saidOf(kind, library, directory);
        assertTrue(said.contains("[ASH-014]") && said.contains("compiled apart"), said);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void newerCompanionIsRefused(Kind kind, @TempDir Path directory) {
        String newer = """
                package net;

                @dev.ashlar.dsl.Companion(version = 2, hash = "", methods = {}, uses = {})
                final class Parts_PartCompanion {}
                """;
        Result library = CompilerKit.with(kind)
                .source("net/Parts.java", PARTS)
                .source("net/Parts_PartCompanion.java", newer)
                .processors()
                .compile(directory.resolve("library"));

        String said = saidOf(kind, library, directory);
        assertTrue(said.contains("[ASH-014]") && said.contains("newer ashlar-processor"), said);
    }

    /** The one finding about a model that uses a block of the library. */
    private static String saidOf(Kind kind, Result library, Path directory) {
        assertEquals(List.of(), library.findings());
        Result result = CompilerKit.with(kind)
                .source("net/User.java", USER)
                .classPath(library.classes())
                .compile(directory.resolve("user"));
        assertEquals(1, result.findings().size(), result.findings()::toString);
        return result.findings().get(0).toString();
    }
}
