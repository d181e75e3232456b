package dev.ashlar.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path directory;

    private static Safetensors.Entry entry(String name, HostTensor tensor) {
        return new Safetensors.Entry(
                name, tensor.dtype(), Arrays.stream(tensor.shape()).boxed().toList(), () -> tensor);
    }

    private Path written() {
        Path file = directory.resolve("model.safetensors");
        Safetensors.write(
                file,
                List.of(
                        entry("b.weight", HostTensor.of(new float[] {1, -2, 3.5f, Float.MIN_VALUE, 0, 9}, 2, 3)),
                        entry("a.ids", HostTensor.of(new long[] {Long.MIN_VALUE, 7}, 2)),
                        entry("scalar", HostTensor.of(new float[] {42})),
                        entry("empty", HostTensor.of(new float[] {}, 0, 3))),
                Map.of("format", "pt"));
        return file;
    }

    @Test
    void whatIsWrittenIsRead() {
        try (Safetensors file = Safetensors.open(written())) {
            assertEquals(List.of("a.ids", "b.weight", "empty", "scalar"), List.copyOf(file.names()));
            assertEquals(Map.of("format", "pt"), file.metadata());
            assertEquals(HostTensor.of(new float[] {1, -2, 3.5f, Float.MIN_VALUE, 0, 9}, 2, 3), file.read("b.weight"));
            assertEquals(HostTensor.of(new long[] {Long.MIN_VALUE, 7}, 2), file.read("a.ids"));
            assertEquals(HostTensor.of(new float[] {42}), file.read("scalar"));
            assertEquals(HostTensor.of(new float[] {}, 0, 3), file.read("empty"));
        }
    }

    @Test
    void dataBeginsAtAMultipleOfEightBytes() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(written())).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0, bytes.getLong(0) % 8);
        assertEquals('{', bytes.get(8));
    }

    @Test
    void aTensorLargerThanOneChunkIsWhole() {
        float[] values = new float[700_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path file = directory.resolve("large.safetensors");
        Safetensors.write(file, List.of(entry("x", HostTensor.of(values, values.length))), Map.of());
        try (Safetensors read = Safetensors.open(file)) {
            assertArrayEquals(values, read.read("x").floats());
        }
    }

    @Test
    void bfloat16IsRoundedToTheNearestEven() {
        Path file = directory.resolve("bf16.safetensors");
        // Neighbours of 1 are 2^-7 apart: halfway goes to the even one; NaN and infinity stay.
        float[] values = {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -1.5f, Float.NaN, Float.POSITIVE_INFINITY};
        Safetensors.write(
                file,
                List.of(new Safetensors.Entry(
                        "x", DType.BFLOAT16, List.of(5L), () -> HostTensor.of(values, values.length))),
                Map.of());
        try (Safetensors read = Safetensors.open(file)) {
            assertArrayEquals(
                    new float[] {1, 1 + 0x1p-6f, -1.5f, Float.NaN, Float.POSITIVE_INFINITY},
                    read.read("x").floats());
        }
    }

    @Test
    void typesOfOthersAreRead() throws IOException {
        // 1.0, -2.0, the smallest subnormal and infinity in binary16; then -1 and 255 as bytes.
        String header = "{\"h\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]},"
                + "\"i\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[8,9]},"
                + "\"u\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[9,10]}}";
        byte[] data = {0, 0x3c, 0, (byte) 0xc0, 1, 0, 0, 0x7c, -1, -1};
        try (Safetensors file = Safetensors.open(file(header, data))) {
            assertArrayEquals(
                    new float[] {1, -2, 0x1p-24f, Float.POSITIVE_INFINITY},
                    file.read("h").floats());
            assertEquals(HostTensor.of(new long[] {-1}, 1), file.read("i"));
            assertEquals(HostTensor.of(new long[] {255}, 1), file.read("u"));
        }
    }

    private Path file(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(
                directory.resolve("raw.safetensors"),
                bytes.putLong(json.length).put(json).put(data).array());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}                                                     | not valid JSON
                    {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}                                                 | goes on behind
                    []                                                                                                        | not a JSON object
                    {"x":[]}                                                                                                  | 'x' is not a JSON object
                    {"x":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}                                                    | dtype 'F33'
                    {"x":{"dtype":"F32","shape":[2]}}                                                                         | lacks one of
                    {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}                                           | unknown field 'more'
                    {"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}                                                    | needs 12 bytes
                    {"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}                                                   | negative entry -2
                    {"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}                                                  | not a whole number
                    {"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}                                | overflows
                    {"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}                                 | not valid JSON
                    {"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}                                                    | ends before it begins
                    {"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}                                                      | 1 data_offsets
                    {"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}                                                   | cut off
                    {"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}                                                    | 4 bytes behind
                    {"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}                                                    | a gap before the tensor 'x'
                    {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 'y' overlaps
                    {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | Duplicate field 'x'
                    {"__metadata__":{"a":1},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                             | metadata 'a' is not a string
                    """)
    void anUnsoundHeaderIsRefusedWithItsReason(String header, String reason) throws IOException {
        Path file = file(header, new byte[8]);
        AshlarException refused = assertThrows(AshlarException.class, () -> Safetensors.open(file));
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
        assertTrue(refused.getMessage().startsWith(file.toString()), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"-1, more than", "100000001, more than", "1000, cut off", "9223372036854775807, more than"})
    void anImpossibleHeaderLengthIsRefused(long length, String reason) throws IOException {
        Path file = directory.resolve("length.safetensors");
        Files.write(
                file,
                ByteBuffer.allocate(16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .array());
        AshlarException refused = assertThrows(AshlarException.class, () -> Safetensors.open(file));
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    }

    @Test
    void missingFilesAndDirectoriesAreNamed() {
        Path missing = directory.resolve("missing.safetensors");
        assertTrue(assertThrows(AshlarException.class, () -> Safetensors.open(missing))
                .getMessage()
                .contains("there is no file " + missing));
        assertTrue(assertThrows(AshlarException.class, () -> Safetensors.open(directory))
                .getMessage()
                .contains("is a directory"));
        assertTrue(assertThrows(AshlarException.class, () -> Safetensors.write(directory, List.of(), Map.of()))
                .getMessage()
                .contains("is a directory"));
        Path nowhere = directory.resolve("no/such/model.safetensors");
        assertTrue(assertThrows(AshlarException.class, () -> Safetensors.write(nowhere, List.of(), Map.of()))
                .getMessage()
                .contains("its directory does not exist"));
    }

    @Test
    void anUnknownNameGetsASuggestion() {
        try (Safetensors file = Safetensors.open(written())) {
            AshlarException unknown = assertThrows(AshlarException.class, () -> file.read("b.weigth"));
            assertTrue(unknown.getMessage().contains("did you mean 'b.weight'?"), unknown.getMessage());
        }
    }

    @Test
    void twoTensorsOfOneNameAreNotWritten() {
        List<Safetensors.Entry> twins =
                List.of(entry("x", HostTensor.of(new float[1], 1)), entry("x", HostTensor.of(new float[1], 1)));
        assertThrows(AshlarException.class, () -> Safetensors.write(directory.resolve("twins"), twins, Map.of()));
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = written();
        byte[] before = Files.readAllBytes(file);
        Safetensors.Entry failing = new Safetensors.Entry("x", DType.FLOAT32, List.of(1L), () -> {
            throw new AshlarException("the device is gone");
        });
        assertThrows(AshlarException.class, () -> Safetensors.write(file, List.of(failing), Map.of()));
        assertArrayEquals(before, Files.readAllBytes(file));
        try (var files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    /** Bytes are flipped, cut, doubled and replaced by digits and brackets: a file is read or refused, and nothing else happens. */
    @Test
    void mutatedFilesAreReadOrRefused() throws IOException {
        byte[] sound = Files.readAllBytes(written());
        SplittableRandom random = new SplittableRandom(20260101);
        Path file = directory.resolve("mutated.safetensors");
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            Files.write(file, mutated(sound, random));
            try (Safetensors mutated = Safetensors.open(file)) {
                mutated.names().forEach(mutated::read);
            } catch (AshlarException e) {
                refused++;
                assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
            }
        }
        assertTrue(refused > 1_000 && refused < 5_000, "refused " + refused);
    }

    private static byte[] mutated(byte[] sound, SplittableRandom random) {
        List<Byte> bytes = new ArrayList<>();
        for (byte b : sound) {
            bytes.add(b);
        }
        byte[] telling = "0123456789{}[],:\"-.eE ".getBytes(StandardCharsets.UTF_8);
        for (int mutations = 1 + random.nextInt(3); mutations > 0 && !bytes.isEmpty(); mutations--) {
            int at = random.nextInt(bytes.size());
            switch (random.nextInt(5)) {
                case 0 -> bytes.set(at, (byte) random.nextInt(256));
                case 1 -> bytes.set(at, telling[random.nextInt(telling.length)]);
                case 2 -> bytes.add(at, telling[random.nextInt(telling.length)]);
                case 3 -> bytes.remove(at);
                default -> bytes.subList(at, bytes.size()).clear();
            }
        }
        byte[] result = new byte[bytes.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = bytes.get(i);
        }
        return result;
    }
}
