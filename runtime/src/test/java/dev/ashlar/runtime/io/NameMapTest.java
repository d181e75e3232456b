package dev.ashlar.runtime.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameMapTest {
    @TempDir
    Path directory;

    /** A file whose tensors hold 0, 1, 2, … */
    private Path file(Map<String, long[]> shapes) {
        List<Safetensors.Entry> entries = new ArrayList<>();
        shapes.forEach((name, shape) -> {
            int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            float[] values = new float[size];
            for (int i = 0; i < size; i++) {
                values[i] = i;
            }
            HostTensor tensor = HostTensor.of(values, shape);
            entries.add(new Safetensors.Entry(
                    name, tensor.dtype(), Arrays.stream(shape).boxed().toList(), () -> tensor));
        });
        Path file = directory.resolve("theirs.safetensors");
        Safetensors.write(file, entries, Map.of());
        return file;
    }

    private Map<String, TensorSource> sources(NameMap names, Map<String, long[]> theirs, String... ours) {
        Path path = file(theirs);
        try (Safetensors file = Safetensors.open(path)) {
            return names.sources(path, file, List.of(ours));
        }
    }

    private String refusal(NameMap names, Map<String, long[]> theirs, String... ours) {
        return assertThrows(AshlarException.class, () -> sources(names, theirs, ours))
                .getMessage();
    }

    @Test
    void aRuleMapsTheNamesBelowIt() {
        NameMap names = NameMap.of("# GPT-2", "", "h.{i}.ln_1 -> body.{i}.ln1");
        Map<String, TensorSource> sources = sources(
                names,
                Map.of("h.0.ln_1.weight", new long[] {2}, "h.11.ln_1.bias", new long[] {2}, "wte", new long[] {1}),
                "body.0.ln1.weight",
                "body.11.ln1.bias",
                "wte");
        assertEquals("h.0.ln_1.weight", sources.get("body.0.ln1.weight").tensor());
        assertEquals("h.11.ln_1.bias", sources.get("body.11.ln1.bias").tensor());
        assertEquals("wte", sources.get("wte").tensor());
    }

    @Test
    void aRuleDoesNotMatchHalfASegment() {
        assertTrue(refusal(NameMap.of("h.ln -> body.ln"), Map.of("h.ln_1", new long[] {1}), "body.ln_1")
                .contains("'h.ln_1' of"));
    }

    @Test
    void transposedMatricesAreCutIntoParts() {
        NameMap names = NameMap.of("attn.c_attn -> attn.q, attn.k, attn.v transpose");
        Path path = file(Map.of("attn.c_attn.weight", new long[] {2, 3}, "attn.c_attn.bias", new long[] {3}));
        List<String> ours =
                List.of("attn.q.weight", "attn.k.weight", "attn.v.weight", "attn.q.bias", "attn.k.bias", "attn.v.bias");
        try (Safetensors file = Safetensors.open(path)) {
            Map<String, TensorSource> sources = names.sources(path, file, ours);
            // Their matrix is [[0, 1, 2], [3, 4, 5]]; row 1 of its transpose is [1, 4].
            assertEquals(List.of(1L, 2L), sources.get("attn.k.weight").shape(file));
            assertEquals(
                    HostTensor.of(new float[] {1, 4}, 1, 2),
                    sources.get("attn.k.weight").read(file));
            assertEquals(
                    HostTensor.of(new float[] {2}, 1),
                    sources.get("attn.v.bias").read(file));
        }
    }

    @Test
    void partsMustBeEqual() {
        NameMap names = NameMap.of("x -> a, b");
        Path path = file(Map.of("x", new long[] {3}));
        try (Safetensors file = Safetensors.open(path)) {
            TensorSource a = names.sources(path, file, List.of("a", "b")).get("a");
            assertTrue(assertThrows(AshlarException.class, () -> a.shape(file))
                    .getMessage()
                    .contains("2 equal parts"));
        }
    }

    @Test
    void droppedTensorsAreNotMissed() {
        NameMap names = NameMap.of("drop h.{i}.attn.bias", "h.{i} -> body.{i}");
        assertEquals(
                1,
                sources(names, Map.of("h.0.attn.bias", new long[] {1}, "h.0.up", new long[] {1}), "body.0.up")
                        .size());
    }

    @Test
    void aTensorWithoutAParameterGetsASuggestion() {
        String refusal = refusal(NameMap.identity(), Map.of("up.wieght", new long[] {1}), "up.weight");
        assertTrue(refusal.contains("'up.wieght'") && refusal.contains("did you mean 'up.weight'?"), refusal);
    }

    @Test
    void aParameterWithoutATensorIsNamed() {
        String refusal = refusal(NameMap.identity(), Map.of("a", new long[] {1}), "a", "b", "c");
        assertTrue(refusal.contains("2 of 3 parameters, the first is 'b'"), refusal);
    }

    @Test
    void twoTensorsForOneParameterAreRefused() {
        String refusal = refusal(NameMap.of("x -> a", "y -> a"), Map.of("x", new long[] {1}, "y", new long[] {1}), "a");
        assertTrue(refusal.contains("both 'x' and 'y'"), refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a ->", "-> b", "a -> b c", "a -> b,", "h.{i} -> body.{j}", "drop", "a -> b -> c"})
    void aLineThatIsNoRuleIsRefused(String line) {
        String refusal =
                assertThrows(AshlarException.class, () -> NameMap.of(line)).getMessage();
        assertTrue(refusal.contains(line.strip()), refusal);
    }

    @Test
    void rulesAreReadFromAFile() {
        assertTrue(assertThrows(AshlarException.class, () -> NameMap.read(directory))
                .getMessage()
                .contains("is a directory"));
        assertThrows(AshlarException.class, () -> NameMap.read(directory.resolve("missing.txt")));
    }
}
