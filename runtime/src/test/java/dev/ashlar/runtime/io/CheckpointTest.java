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
            new Checkpoint.Manifest("Gpt2", "abc", "def", 12, 24, Long.MIN_VALUE, 48, 1);

    @TempDir
    Path parent;

    private static List<Safetensors.Entry> tensors(float value) {
        return List.of(
                new Safetensors.Entry("x", DType.FLOAT32, List.of(1L), () -> HostTensor.of(new float[] {value}, 1)));
    }

    private static void write(
            Path directory,
            Checkpoint.Manifest manifest,
            List<Safetensors.Entry> model,
            List<Safetensors.Entry> optimizer) {
        CheckpointWriter writer = CheckpointWriter.to(directory);
        writer.begin();
        writer.write(0, 1, "Gpt2", parts(model), parts(optimizer));
        writer.complete(manifest);
    }

    private static List<TensorPart> parts(List<Safetensors.Entry> entries) {
        return entries.stream().map(TensorPart::whole).toList();
    }

    private static float value(Path file) {
        try (Safetensors tensors = Safetensors.open(file)) {
            return tensors.read("x").floats()[0];
        }
    }

    @Test
    void whatIsWrittenIsRead() {
        Path directory = parent.resolve("run/step-12");
        write(directory, MANIFEST, tensors(1), tensors(2));
        assertEquals(MANIFEST, Checkpoint.read(directory));
        assertEquals(1, value(Checkpoint.model(directory, 0, 1)));
        assertEquals(2, value(Checkpoint.optimizer(directory, 0, 1)));
    }

    @Test
    void aCheckpointIsReplacedAsAWhole() throws IOException {
        Path directory = parent.resolve("step");
        write(directory, MANIFEST, tensors(1), tensors(2));
        write(directory, MANIFEST, tensors(3), tensors(4));
        assertEquals(3, value(Checkpoint.model(directory, 0, 1)));
        try (var left = Files.list(parent)) {
            assertEquals(List.of(directory), left.toList());
        }
    }

    @Test
    void aFailedReplacementLeavesTheOldCheckpoint() {
        Path directory = parent.resolve("step");
        write(directory, MANIFEST, tensors(1), tensors(2));
        List<Safetensors.Entry> failing = List.of(new Safetensors.Entry("x", DType.FLOAT32, List.of(1L), () -> {
            throw new AshlarException("the device is gone");
        }));
        assertThrows(AshlarException.class, () -> write(directory, MANIFEST, tensors(3), failing));
        assertEquals(1, value(Checkpoint.model(directory, 0, 1)));
        write(directory, MANIFEST, tensors(5), tensors(6));
        assertEquals(5, value(Checkpoint.model(directory, 0, 1)));
    }

    @Test
    void aCrashBetweenTheTwoRenamesLosesNothing() throws IOException {
        Path directory = parent.resolve("step");
        write(directory, MANIFEST, tensors(1), tensors(2));
        Files.move(directory, parent.resolve("step.old"));
        assertEquals(MANIFEST, Checkpoint.read(directory));
        assertEquals(1, value(Checkpoint.model(directory, 0, 1)));
    }

    @Test
    void aDirectoryWithOtherThingsIsLeftAlone() throws IOException {
        Path file = Files.writeString(parent.resolve("thesis.txt"), "precious");
        assertTrue(assertThrows(AshlarException.class, () -> write(parent, MANIFEST, tensors(1), tensors(2)))
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

    private static TensorPart part(float[] values, List<Long> shape, List<Long> origin) {
        long[] sizes = shape.stream().mapToLong(n -> n).toArray();
        Safetensors.Entry entry = new Safetensors.Entry("x", DType.FLOAT32, shape, () -> HostTensor.of(values, sizes));
        return new TensorPart(entry, origin, List.of(2L, 4L));
    }

    private List<Path> twoRanks(TensorPart first, TensorPart second) {
        Path directory = parent.resolve("step");
        CheckpointWriter writer = CheckpointWriter.to(directory);
        writer.begin();
        writer.write(1, 2, "Gpt2", List.of(second), List.of());
        writer.write(0, 2, "Gpt2", List.of(first), List.of());
        Checkpoint.Manifest manifest = new Checkpoint.Manifest("Gpt2", "abc", "def", 1, 1, 1, 1, 2);
        writer.complete(manifest);
        return Checkpoint.models(directory, manifest);
    }

    @Test
    void partsMakeWholeTensors() {
        List<Path> files = twoRanks(
                part(new float[] {1, 2, 5, 6}, List.of(2L, 2L), List.of(0L, 0L)),
                part(new float[] {3, 4, 7, 8}, List.of(2L, 2L), List.of(0L, 2L)));
        try (TensorFiles tensors = TensorFiles.open(files)) {
            assertEquals(HostTensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4), tensors.read("x"));
        }
    }

    @Test
    void aMissingPartIsSaid() {
        TensorPart twice = part(new float[] {1, 2, 5, 6}, List.of(2L, 2L), List.of(0L, 0L));
        List<Path> files = twoRanks(twice, twice);
        assertTrue(assertThrows(AshlarException.class, () -> TensorFiles.open(files))
                .getMessage()
                .contains("the 2 parts of 'x'"));
        assertTrue(assertThrows(AshlarException.class, () -> TensorFiles.open(files.subList(0, 1)))
                .getMessage()
                .contains("have 4 of its 8 elements"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"schema\":1}", "{\"schema\":3}", "{\"schema\":1.5}", "{\"a\":1,\"a\":1}"})
    void aDamagedManifestIsRefused(String json) throws IOException {
        Path directory = parent.resolve("step");
        write(directory, MANIFEST, tensors(1), tensors(2));
        Files.writeString(directory.resolve("checkpoint.json"), json);
        assertTrue(assertThrows(AshlarException.class, () -> Checkpoint.read(directory))
                .getMessage()
                .contains("not a sound checkpoint"));
    }
}
