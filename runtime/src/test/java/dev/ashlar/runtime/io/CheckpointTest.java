package dev.ashlar.runtime.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final Checkpoint.Manifest MANIFEST =
            new Checkpoint.Manifest("Gpt2", "abc", "def", 12, 24, Long.MIN_VALUE, 48);

    @TempDir
    Path parent;

    private static List<Safetensors.Entry> tensors(float value) {
        return List.of(
                new Safetensors.Entry("x", DType.FLOAT32, List.of(1L), () -> HostTensor.of(new float[] {value}, 1)));
    }

    private static float value(Path file) {
        try (Safetensors tensors = Safetensors.open(file)) {
            return tensors.read("x").floats()[0];
        }
    }

    @Test
    void whatIsWrittenIsRead() {
        Path directory = parent.resolve("run/step-12");
        Checkpoint.write(directory, MANIFEST, tensors(1), tensors(2));
        assertEquals(MANIFEST, Checkpoint.read(directory));
        assertEquals(1, value(Checkpoint.model(directory)));
        assertEquals(2, value(Checkpoint.optimizer(directory)));
    }

    @Test
    void aCheckpointIsReplacedAsAWhole() throws IOException {
        Path directory = parent.resolve("step");
        Checkpoint.write(directory, MANIFEST, tensors(1), tensors(2));
        Checkpoint.write(directory, MANIFEST, tensors(3), tensors(4));
        assertEquals(3, value(Checkpoint.model(directory)));
        try (var left = Files.list(parent)) {
            assertEquals(List.of(directory), left.toList());
        }
    }

    @Test
    void aFailedReplacementLeavesTheOldCheckpoint() {
        Path directory = parent.resolve("step");
        Checkpoint.write(directory, MANIFEST, tensors(1), tensors(2));
        List<Safetensors.Entry> failing = List.of(new Safetensors.Entry("x", DType.FLOAT32, List.of(1L), () -> {
            throw new AshlarException("the device is gone");
        }));
        assertThrows(AshlarException.class, () -> Checkpoint.write(directory, MANIFEST, tensors(3), failing));
        assertEquals(1, value(Checkpoint.model(directory)));
        Checkpoint.write(directory, MANIFEST, tensors(5), tensors(6));
        assertEquals(5, value(Checkpoint.model(directory)));
    }

    @Test
    void aCrashBetweenTheTwoRenamesLosesNothing() throws IOException {
        Path directory = parent.resolve("step");
        Checkpoint.write(directory, MANIFEST, tensors(1), tensors(2));
        Files.move(directory, parent.resolve("step.old"));
        assertEquals(MANIFEST, Checkpoint.read(directory));
        assertEquals(1, value(Checkpoint.model(directory)));
    }

    @Test
    void aDirectoryWithOtherThingsIsLeftAlone() throws IOException {
        Path file = Files.writeString(parent.resolve("thesis.txt"), "precious");
        assertTrue(assertThrows(AshlarException.class, () -> Checkpoint.write(parent, MANIFEST, tensors(1), tensors(2)))
                .getMessage()
                .contains("is no checkpoint"));
        assertEquals("precious", Files.readString(file));
    }

    @Test
    void noCheckpointIsSaid() {
        Path missing = parent.resolve("missing");
        assertTrue(assertThrows(AshlarException.class, () -> Checkpoint.read(missing))
                .getMessage()
                .contains("there is no checkpoint in " + missing));
        assertFalse(Files.exists(missing));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"schema\":1}", "{\"schema\":2}", "{\"schema\":1.5}", "{\"a\":1,\"a\":1}"})
    void aDamagedManifestIsRefused(String json) throws IOException {
        Path directory = parent.resolve("step");
        Checkpoint.write(directory, MANIFEST, tensors(1), tensors(2));
        Files.writeString(directory.resolve("checkpoint.json"), json);
        assertTrue(assertThrows(AshlarException.class, () -> Checkpoint.read(directory))
                .getMessage()
                .contains("not a sound checkpoint"));
    }
}
