package dev.ashlar.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans for a device that only a file knows. */
class ProfileTest {
    private static final String NET = """
            package demo;

            import dev.ashlar.dsl.*;

            @Model(dims = "batch=64 d=64")
            @Plan(device = "lab", memory = "1GiB")
            interface Net {
                @Input(shape = "batch d")
                Tensor x();

                @Linear(out = "d")
                Tensor y(Tensor x);

                @Loss
                @MeanSquaredError
                Tensor loss(@In(to = "x") Tensor y, @In(value = "x", to = "targets") Tensor t);
            }
            """;

    private static final String PROFILE = """
            { "schema": 1, "machine": "lab 7", "date": "2026-11-20", "libraries": { "libtorch": "2.10.0" },
              "device": { "name": "lab", "kind": "cpu", "memoryBytes": 1073741824, "fixedBytes": 4096,
                          "flopsPerSecond": { "bf16": 1e15, "fp32": 1e15 }, "bytesPerSecond": 1e15,
                          "launchNanos": 100, "hostNanos": 700, "kappa": 0.5, "link": "gloo" },
              "products": { "fp32": { "m": [64], "n": [64], "k": [64], "flopsPerSecond": [524288000] } },
              "workspace": { "linear": { "forward": 1000, "backward": 0 } } }
            """;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void absoluteFilesAndResourcesAreRead(CompilerKit.Kind kind) throws IOException {
        Path file = Files.writeString(directory.resolve("lab.device.json"), PROFILE);
        String absolute = json(CompilerKit.with(kind).option("-Aashlar.device=" + file), "absolute");
        String resource =
                json(CompilerKit.with(kind).classPath(directory).option("-Aashlar.device=lab.device.json"), "resource");
        assertEquals(absolute, resource);
        assertTrue(absolute.contains("\"machine\": \"lab 7\""), absolute);
        assertTrue(absolute.contains("\"fixedBytes\": 4096"), absolute);
        // 2 * 64^3 operations at the measured rate take a millisecond
        assertEquals(List.of(1_000_000L, 700L), numbers(absolute, "\"forward\".*?\"nanos\": (\\d+)"));
        assertEquals(
                1000 * 2 * 4 * 64 * 64,
                numbers(absolute, "\"workspaceBytes\": (\\d+)").get(0));
        assertTrue(numbers(absolute, "\"peakBytes\": (\\d+)").get(0) > 1000 * 2 * 4 * 64 * 64, "it is planned for");
    }

    @Test
    void whatLibrariesKeepIsPartOfThePeak() throws IOException {
        long bytes = 1 << 20;
        String without = json(
                CompilerKit.with(CompilerKit.Kind.JAVAC)
                        .option("-Aashlar.device=" + Files.writeString(directory.resolve("a.device.json"), PROFILE)),
                "without");
        String keeping = PROFILE.replace("\"hostNanos\"", "\"libraryBytes\": " + bytes + ", \"hostNanos\"");
        String with = json(
                CompilerKit.with(CompilerKit.Kind.JAVAC)
                        .option("-Aashlar.device=" + Files.writeString(directory.resolve("b.device.json"), keeping)),
                "with");
        for (String figure : List.of("peakBytes", "deviceBytes", "smallestFeasibleBytes")) {
            String pattern = "\"" + figure + "\": (\\d+)";
            assertEquals(
                    numbers(without, pattern).get(0) + bytes,
                    numbers(with, pattern).get(0),
                    figure);
        }
    }

    @Test
    void whatAnExchangeTakesIsNotTakenWithoutOne() throws IOException {
        String groups = PROFILE.replace(
                "\"hostNanos\"",
                "\"groupBytes\": [ { \"size\": 2, \"bytes\": 5000, \"exchangeBytes\": 3000 } ], \"hostNanos\"");
        CompilerKit kit = CompilerKit.with(CompilerKit.Kind.JAVAC)
                .option("-Aashlar.device=" + Files.writeString(directory.resolve("c.device.json"), groups));
        CompilerKit.Result result = kit.source("demo/Net.java", NET.replace("memory =", "mesh = {2}, memory ="))
                .compile(directory.resolve("two"));
        assertEquals(List.of(), result.findings());
        String plan = Files.readString(result.classes().resolve("demo/Net.plan.json"));
        assertFalse(plan.contains("\"kind\": \"all_to_all\""), plan);
        assertEquals(
                numbers(plan, "\"deviceBytes\": (\\d+)").get(0) - 3000,
                numbers(plan, "\"takenBytes\": (\\d+)").get(0));
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheFileThereIsNoSuchDevice(CompilerKit.Kind kind) {
        CompilerKit.Result result =
                CompilerKit.with(kind).source("demo/Net.java", NET).compile(directory);
        assertEquals(1, result.ours().size());
        assertTrue(
                result.ours().get(0).contains("There is no device 'lab'."),
                result.ours().get(0));
        assertFalse(Files.exists(result.classes().resolve("demo/Net.plan.json")));
    }

    private String json(CompilerKit kit, String folder) throws IOException {
        CompilerKit.Result result = kit.source("demo/Net.java", NET).compile(directory.resolve(folder));
        assertEquals(List.of(), result.findings());
        return Files.readString(result.classes().resolve("demo/Net.plan.json"));
    }

    private static List<Long> numbers(String text, String pattern) {
        return Pattern.compile(pattern, Pattern.DOTALL)
                .matcher(text)
                .results()
                .map(r -> Long.parseLong(r.group(1)))
                .toList();
    }
}
