package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file of named tensors in Hugging Face's safetensors format. Its header is checked as a whole when it is opened; the tensors are mapped
 * into memory and copied out one by one.
 */
public final class Safetensors implements AutoCloseable {
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final long MAX_HEADER_BYTES = 100_000_000;
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final long dataStart;

    private Safetensors(Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.dataStart = dataStart;
    }

    /**
     * A tensor to write.
     *
     * @param dtype how it is stored: FLOAT32, BFLOAT16 (from floats) or INT64
     * @param data asked once, while the file is written, so that not all tensors are in memory together
     */
    public record Entry(String name, DType dtype, List<Long> shape, Supplier<HostTensor> data) {
        public Entry {
            shape = List.copyOf(shape);
        }
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws AshlarException if there is no such file, or it is not a whole and consistent safetensors file
     */
    public static Safetensors open(Path file) {
        FileErrors.requireFile(file);
        @Nullable FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            long headerBytes = headerBytes(channel);
            long dataStart = LENGTH_BYTES + headerBytes;
            byte[] json = read(channel, LENGTH_BYTES, (int) headerBytes).array();
            return new Safetensors(file, channel, SafetensorsHeader.parse(json, channel.size() - dataStart), dataStart);
        } catch (IOException e) {
            throw closing(channel, FileErrors.reading(file, e));
        } catch (SafetensorsHeader.Refused e) {
            throw closing(
                    channel,
                    new AshlarException(file + " is not a sound safetensors file: " + e.getMessage()
                            + "; download or write it again"));
        }
    }

    private static AshlarException closing(@Nullable FileChannel channel, AshlarException failure) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }

    private static long headerBytes(FileChannel channel) throws IOException, SafetensorsHeader.Refused {
        long fileBytes = channel.size();
        if (fileBytes < LENGTH_BYTES) {
            throw new SafetensorsHeader.Refused("it has only " + fileBytes + " bytes");
        }
        long headerBytes = read(channel, 0, LENGTH_BYTES).getLong(0);
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw new SafetensorsHeader.Refused("its header claims " + Long.toUnsignedString(headerBytes)
                    + " bytes, more than the " + MAX_HEADER_BYTES + " that are allowed");
        }
        if (headerBytes > fileBytes - LENGTH_BYTES) {
            throw new SafetensorsHeader.Refused(
                    "it is cut off: its header claims " + headerBytes + " bytes in a file of " + fileBytes);
        }
        return headerBytes;
    }

    private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("it became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    /** The names of the tensors, sorted. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.tensors().keySet());
    }

    /** What the writer noted in the header. */
    public Map<String, String> metadata() {
        return Map.copyOf(header.metadata());
    }

    /** Whether a tensor's elements are floating-point numbers. */
    public boolean floating(String name) {
        return stored(name).type().floating();
    }

    /** The sizes of a tensor's dimensions. */
    public List<Long> shape(String name) {
        return stored(name).shape();
    }

    /**
     * Copies a tensor out: floating types (F64, F32, F16, BF16) become 32-bit floats, whole numbers longs.
     *
     * @throws AshlarException if there is no such tensor, or it has more elements than an array
     */
    public HostTensor read(String name) {
        SafetensorsHeader.Stored stored = stored(name);
        if (stored.elements() > Integer.MAX_VALUE - Long.BYTES) {
            throw new AshlarException("the tensor '" + name + "' of " + file + " has " + stored.elements()
                    + " elements, more than a Java array holds; store it in parts");
        }
        int elements = (int) stored.elements();
        long[] shape = stored.shape().stream().mapToLong(Long::longValue).toArray();
        try {
            if (stored.type().floating()) {
                float[] floats = new float[elements];
                forEachChunk(stored, (chunk, first, count) -> decodeFloats(stored.type(), chunk, floats, first, count));
                return HostTensor.of(floats, shape);
            }
            long[] longs = new long[elements];
            forEachChunk(stored, (chunk, first, count) -> decodeLongs(stored.type(), chunk, longs, first, count));
            return HostTensor.of(longs, shape);
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }

    private interface ChunkReader {
        void read(ByteBuffer chunk, int first, int count);
    }

    /** Maps the tensor in windows, since a Java buffer ends at 2 GiB and a tensor may not. */
    private void forEachChunk(SafetensorsHeader.Stored stored, ChunkReader reader) throws IOException {
        int window = (1 << 30) / stored.type().bytes();
        int elements = (int) stored.elements();
        for (int first = 0; first < elements; first += Math.min(window, elements - first)) {
            int count = Math.min(window, elements - first);
            long position =
                    dataStart + stored.begin() + (long) first * stored.type().bytes();
            ByteBuffer chunk = channel.map(
                    FileChannel.MapMode.READ_ONLY,
                    position,
                    (long) count * stored.type().bytes());
            reader.read(chunk.order(ByteOrder.LITTLE_ENDIAN), first, count);
        }
    }

    private static void decodeFloats(StoredType type, ByteBuffer chunk, float[] to, int first, int count) {
        if (type == StoredType.F32) {
            chunk.asFloatBuffer().get(to, first, count);
            return;
        }
        for (int i = first; i < first + count; i++) {
            to[i] = type.decodeFloat(chunk);
        }
    }

    private static void decodeLongs(StoredType type, ByteBuffer chunk, long[] to, int first, int count) {
        if (type == StoredType.I64) {
            chunk.asLongBuffer().get(to, first, count);
            return;
        }
        for (int i = first; i < first + count; i++) {
            to[i] = type.decodeLong(chunk);
        }
    }

    private SafetensorsHeader.Stored stored(String name) {
        SafetensorsHeader.Stored stored = header.tensors().get(name);
        if (stored == null) {
            throw new AshlarException(file + " has no tensor '" + name + "'"
                    + Names.didYouMean(name, header.tensors().keySet()));
        }
        return stored;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }

    /**
     * Writes a file as a whole: until it is complete, what was there before stays.
     *
     * @param metadata noted in the header
     * @throws AshlarException if two tensors have one name, or the file cannot be written
     */
    public static void write(Path file, List<Entry> entries, Map<String, String> metadata) {
        Map<String, Entry> byName = new HashMap<>();
        for (Entry entry : entries) {
            if (byName.put(entry.name(), entry) != null) {
                throw new AshlarException(
                        "two tensors of " + file + " have the name '" + entry.name() + "'; rename one");
            }
        }
        List<Entry> inOrder = inFileOrder(entries);
        WholeFiles.write(file, temporary -> {
            try (FileChannel out = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                byte[] json = layOut(inOrder, metadata).toJson();
                ByteBuffer start =
                        ByteBuffer.allocate(LENGTH_BYTES + json.length).order(ByteOrder.LITTLE_ENDIAN);
                writeAll(out, start.putLong(json.length).put(json).flip());
                for (Entry entry : inOrder) {
                    writeTensor(out, entry);
                }
            }
        });
    }

    /** Wide types first, so that every tensor is aligned to its own size; then by name. */
    public static List<Entry> inFileOrder(List<Entry> entries) {
        return entries.stream()
                .sorted(Comparator.comparingInt(
                                (Entry e) -> -StoredType.of(e.dtype()).bytes())
                        .thenComparing(Entry::name))
                .toList();
    }

    private static SafetensorsHeader layOut(List<Entry> entries, Map<String, String> metadata) {
        TreeMap<String, SafetensorsHeader.Stored> stored = new TreeMap<>();
        long end = 0;
        for (Entry entry : entries) {
            StoredType type = StoredType.of(entry.dtype());
            long begin = end;
            end += type.bytes() * entry.shape().stream().reduce(1L, Math::multiplyExact);
            stored.put(entry.name(), new SafetensorsHeader.Stored(type, entry.shape(), begin, end));
        }
        return new SafetensorsHeader(stored, metadata);
    }

    private static void writeTensor(FileChannel out, Entry entry) throws IOException {
        HostTensor tensor = entry.data().get();
        List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
        if (!shape.equals(entry.shape())) {
            throw new AshlarException("the tensor '" + entry.name() + "' was announced as " + entry.shape()
                    + " and came as " + shape + "; make its entry from the tensor itself");
        }
        StoredType type = StoredType.of(entry.dtype());
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int elements = Math.toIntExact(tensor.size());
        for (int i = 0; i < elements; i++) {
            type.encode(tensor, i, chunk);
            if (chunk.remaining() < type.bytes()) {
                writeAll(out, chunk.flip());
                chunk.clear();
            }
        }
        writeAll(out, chunk.flip());
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
