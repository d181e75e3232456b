package dev.ashlar.runtime.calibrate;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.runtime.dist.CollectiveKind;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.DeviceMemory;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** What was measured so far, in the order of the file. */
final class Profile {
    private static final String PRODUCT = "linear";
    private static final String ATTENTION = "dot_product_attention";
    /** At every combination of which accelerators' attention is measured. */
    private static final List<Long> KEYS = List.of(256L, 1024L, 4096L, 16384L);

    private static final List<Long> HEAD_SIZES = List.of(64L, 128L);
    private static final long LARGE = 8192;
    private static final long LARGE_ELEMENTS = 1L << 28;
    private static final int LARGE_ON_HOST = 1024;
    /** By which libtorch's allocator grows, and how many of its pools may hold as much in vain: it takes more than it hands out. */
    private static final long SEGMENT_BYTES = 20 << 20;

    private static final int POOLS = 8;
    /** The same for what ranks add: a recorded step has pools of its own, and takes memory for its nodes. */
    private static final int POOLS_OF_RANKS = 11;
    /** To which what libraries keep is rounded up, so that what the allocator adds to small tensors is part of it. */
    private static final long LIBRARY_UNIT = 1 << 20;

    private final String name;
    private final String machine;
    private final LocalDate date;
    private final DeviceKind kind;
    private final String link;
    private final Map<String, Measured> forward = new TreeMap<>();
    private final Map<String, Measured> backward = new TreeMap<>();
    private final List<Measured> attentionForward = new ArrayList<>();
    private final List<Measured> attentionBackward = new ArrayList<>();
    private List<Long> sizes = List.of();
    private List<Double> products = List.of();
    private double bf16Rate;
    private double fp32Rate;
    private double bytesPerSecond;
    private double launchSeconds;
    private double hostSeconds;
    private double updateShare;
    private long memoryBytes;
    private long fixedBytes;
    private long libraryBytes;
    private long groupBytes;
    private long exchangeBytes;
    private Optional<Links.Measurement> links = Optional.empty();

    Profile(String name, String machine, LocalDate date, DeviceKind kind, String link) {
        this.name = name;
        this.machine = machine;
        this.date = date;
        this.kind = kind;
        this.link = link;
    }

    private long large() {
        return kind == DeviceKind.CPU ? LARGE_ON_HOST : LARGE;
    }

    /** All that is measured in 16 bits. */
    void measure(Engine engine, ProbeSizes probeSizes, List<Long> productSizes) {
        sizes = productSizes;
        try (Stopwatch stopwatch = new Stopwatch(engine)) {
            Products table = new Products(engine, stopwatch);
            bf16Rate = table.rate(large(), large(), large());
            bandwidth(engine, stopwatch);
            launches(engine, stopwatch);
            updateShare = Math.min(1, new UpdateProbe(engine).bytesPerSecond(stopwatch) / bytesPerSecond);
            operators(engine, probeSizes, stopwatch);
            if (kind != DeviceKind.CPU) {
                attention(engine, probeSizes, stopwatch);
            }
            products = table.table(sizes, sizes, sizes);
        }
        memory(engine);
    }

    /** Memory that is taken of the device, but not by the allocator. */
    static long besideAllocator(DeviceMemory memory) {
        return memory.deviceBytes() - memory.reservedBytes();
    }

    /** What ranks do together, and what it takes of this rank's device. */
    void measureTogether(Engine engine, Mesh mesh) {
        links = Optional.of(new Links(engine, mesh).measure());
        groupBytes = engine.memory()
                .map(m -> Math.max(0, besideAllocator(m) + (POOLS + POOLS_OF_RANKS) * SEGMENT_BYTES - fixedBytes))
                .orElse(0L);
        exchangeBytes = links.get().exchangeBytes();
    }

    void measureWide(Engine engine) {
        try (Stopwatch stopwatch = new Stopwatch(engine)) {
            fp32Rate = new Products(engine, stopwatch).rate(large(), large(), large());
        }
    }

    private void bandwidth(Engine engine, Stopwatch stopwatch) {
        long elements = kind == DeviceKind.CPU ? LARGE_ELEMENTS >> 4 : LARGE_ELEMENTS;
        Ops ops = engine.ops();
        try (Tensor a = ops.normal(elements);
                Tensor b = ops.normal(elements)) {
            // not by a copy, which CUDA may leave to slower engines
            bytesPerSecond =
                    3.0 * a.nbytes() / stopwatch.seconds(() -> ops.add(a, b).close());
        }
    }

    private void launches(Engine engine, Stopwatch stopwatch) {
        Ops ops = engine.ops();
        try (Tensor small = ops.normal(1)) {
            launchSeconds = stopwatch.seconds(() -> ops.add(small, small).close());
            hostSeconds = stopwatch.hostSeconds(() -> ops.add(small, small).close());
        }
    }

    private void operators(Engine engine, ProbeSizes probeSizes, Stopwatch stopwatch) {
        Meter meter = new Meter(engine);
        try (Probes probes = new Probes(engine, probeSizes)) {
            for (Probe probe : probes.all()) {
                forward.put(probe.kind(), measured(probe, probe.forward(), probe.forwardFloor(), stopwatch, meter));
                backward.put(probe.kind(), measured(probe, probe.backward(), probe.backwardFloor(), stopwatch, meter));
            }
        }
    }

    /** How fast attention is depends on how long sequences are and how wide heads. */
    private void attention(Engine engine, ProbeSizes probeSizes, Stopwatch stopwatch) {
        Meter meter = new Meter(engine);
        for (long keys : KEYS) {
            for (long headSize : HEAD_SIZES) {
                try (Probes probes = new Probes(engine, probeSizes.withAttention(keys, headSize))) {
                    Probe probe = probes.attention();
                    attentionForward.add(measured(probe, probe.forward(), probe.forwardFloor(), stopwatch, meter));
                    attentionBackward.add(measured(probe, probe.backward(), probe.backwardFloor(), stopwatch, meter));
                }
            }
        }
    }

    private Measured measured(
            Probe probe, Supplier<@Nullable Tensor[]> kernels, Probe.Floor floor, Stopwatch stopwatch, Meter meter) {
        if (floor.equals(Probe.Floor.NONE)) {
            return Measured.NOTHING;
        }
        long workspace = meter.workspaceBytes(kernels);
        double seconds = stopwatch.seconds(() -> {
            for (Tensor made : kernels.get()) {
                if (made != null) {
                    made.close();
                }
            }
        });
        return new Measured(
                seconds,
                Math.min(1, floor.seconds(bf16Rate, bytesPerSecond) / seconds),
                (double) Math.max(0, workspace) / probe.operatorBytes());
    }

    /** What libraries keep from a kernel's first call on is there in every program. */
    private static void callLibraries(Engine engine) {
        Ops ops = engine.ops();
        try (Tensor x = ops.normal(LARGE_ON_HOST, LARGE_ON_HOST);
                Tensor bias = ops.normal(LARGE_ON_HOST)) {
            ops.linear(x, x, bias).close();
            ops.linearBiasGradient(x).close();
        }
    }

    /** After all kernels have run: what libraries and the context keep beside the allocator's memory, and what libraries keep of it. */
    private void memory(Engine engine) {
        callLibraries(engine);
        Optional<DeviceMemory> memory = engine.memory();
        memoryBytes = memory.map(DeviceMemory::totalBytes).orElseGet(Profile::hostBytes);
        fixedBytes = memory.map(m -> besideAllocator(m) + POOLS * SEGMENT_BYTES).orElse(0L);
        libraryBytes = memory.map(m -> (m.allocatedBytes() / LIBRARY_UNIT + 1) * LIBRARY_UNIT)
                .orElse(0L);
    }

    private static long hostBytes() {
        return ((com.sun.management.OperatingSystemMXBean)
                        java.lang.management.ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }

    void write(Path path) throws IOException {
        File file = path.toFile();
        try (JsonGenerator json = new JsonFactory().createGenerator(file, JsonEncoding.UTF8)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeNumberField("schema", 1);
            json.writeStringField("machine", machine);
            json.writeStringField("date", date.toString());
            json.writeObjectFieldStart("libraries");
            json.writeStringField("libtorch", version(torch.class));
            json.writeEndObject();
            writeDevice(json);
            if (links.isPresent()) {
                writeLinks(json, links.get());
            }
            json.writeObjectFieldStart("products");
            writeProducts(json);
            json.writeEndObject();
            writeOperators(json, "workspace", false);
            writeOperators(json, "share", true);
            json.writeEndObject();
        }
    }

    private static String version(Class<?> library) {
        return Optional.ofNullable(library.getPackage().getImplementationVersion())
                .orElse("unknown");
    }

    private void writeDevice(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("device");
        json.writeStringField("name", name);
        json.writeStringField("kind", kind == DeviceKind.CPU ? "cpu" : "cuda");
        json.writeNumberField("memoryBytes", memoryBytes);
        json.writeNumberField("fixedBytes", fixedBytes);
        json.writeNumberField("libraryBytes", libraryBytes);
        json.writeObjectFieldStart("flopsPerSecond");
        json.writeNumberField("bf16", Math.round(bf16Rate));
        json.writeNumberField("fp32", Math.round(fp32Rate));
        json.writeEndObject();
        json.writeNumberField("bytesPerSecond", Math.round(bytesPerSecond));
        json.writeNumberField("launchNanos", Math.round(launchSeconds * 1e9));
        // Steps are recorded on CUDA: the host's time stands in no one's way.
        json.writeNumberField("hostNanos", kind == DeviceKind.CPU ? Math.round(hostSeconds * 1e9) : 0);
        json.writeNumberField("updateShare", Math.round(updateShare * 1e4) / 1e4);
        if (links.isPresent()) {
            json.writeArrayFieldStart("groupBytes");
            json.writeStartObject();
            json.writeNumberField("size", links.get().size());
            json.writeNumberField("bytes", groupBytes);
            json.writeNumberField("exchangeBytes", exchangeBytes);
            json.writeEndObject();
            json.writeEndArray();
            json.writeObjectFieldStart("kappa");
            for (Map.Entry<CollectiveKind, Double> of : links.get().kappa().entrySet()) {
                json.writeNumberField(of.getKey().key(), Math.round(of.getValue() * 1e3) / 1e3);
            }
            json.writeEndObject();
        }
        json.writeStringField("link", link);
        json.writeEndObject();
    }

    /** Beyond the tables, a latency and a rate: those of the least and the most that was reduced. */
    private void writeLinks(JsonGenerator json, Links.Measurement together) throws IOException {
        TreeMap<Long, Double> reductions =
                Objects.requireNonNull(together.seconds().get(CollectiveKind.ALL_REDUCE));
        long most = reductions.lastKey();
        json.writeArrayFieldStart("links");
        json.writeStartObject();
        json.writeStringField("link", link);
        json.writeNumberField("alphaNanos", nanos(reductions.firstEntry().getValue()));
        json.writeNumberField(
                "bytesPerSecond",
                Math.round(CollectiveKind.ALL_REDUCE.wireBytes(together.size(), most)
                        / reductions.lastEntry().getValue()));
        json.writeArrayFieldStart("collectives");
        for (Map.Entry<CollectiveKind, TreeMap<Long, Double>> entry :
                together.seconds().entrySet()) {
            json.writeStartObject();
            json.writeStringField("kind", entry.getKey().key());
            json.writeNumberField("size", together.size());
            json.writeArrayFieldStart("tensorBytes");
            for (long bytes : entry.getValue().keySet()) {
                json.writeNumber(bytes);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("nanos");
            for (double seconds : entry.getValue().values()) {
                json.writeNumber(nanos(seconds));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
    }

    private static long nanos(double seconds) {
        return Math.max(1, Math.round(seconds * 1e9));
    }

    private void writeProducts(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("bf16");
        for (String axis : List.of("m", "n", "k")) {
            writeSizes(json, axis, sizes);
        }
        json.writeArrayFieldStart("flopsPerSecond");
        for (double rate : products) {
            json.writeNumber(Math.round(rate / 1e8) * 1e8);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeOperators(JsonGenerator json, String field, boolean share) throws IOException {
        json.writeObjectFieldStart(field);
        for (String operator : forward.keySet()) {
            if (!share && kind == DeviceKind.CPU && operator.equals(PRODUCT)) {
                continue; // only the gradient of its bias was measured, and the host's products pack their factors
            }
            json.writeObjectFieldStart(operator);
            if (share && operator.equals(ATTENTION) && !attentionForward.isEmpty()) {
                writeSizes(json, "keys", KEYS);
                writeSizes(json, "headSize", HEAD_SIZES);
                writeShares(json, "forward", attentionForward);
                writeShares(json, "backward", attentionBackward);
            } else {
                write(json, "forward", forward.get(operator), share);
                write(json, "backward", backward.get(operator), share);
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void writeSizes(JsonGenerator json, String field, List<Long> sizes) throws IOException {
        json.writeArrayFieldStart(field);
        for (long size : sizes) {
            json.writeNumber(size);
        }
        json.writeEndArray();
    }

    private static void writeShares(JsonGenerator json, String field, List<Measured> all) throws IOException {
        json.writeArrayFieldStart(field);
        for (Measured measured : all) {
            json.writeNumber(Math.round(measured.share() * 1e4) / 1e4);
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, String direction, @Nullable Measured measured, boolean share)
            throws IOException {
        if (measured != null) {
            double value = share ? measured.share() : measured.workspace();
            // Memory is rounded up, so that no plan is short of it.
            json.writeNumberField(direction, (share ? Math.round(value * 1e4) : Math.ceil(value * 1e4)) / 1e4);
        }
    }
}
