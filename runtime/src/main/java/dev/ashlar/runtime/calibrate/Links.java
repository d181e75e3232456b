package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.dist.CollectiveKind;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** What ranks do together, timed on all of them at once along the only axis of their mesh. */
final class Links {
    private static final String WHERE = "calibration";
    private static final List<Long> BYTES = List.of(1L << 10, 1L << 16, 1L << 20, 1L << 24, 1L << 28);
    private static final long MOST_ON_HOST = 1L << 24;
    private static final int RUNS = 5;
    private static final int CALLS = 10;
    private final Engine engine;
    private final Mesh mesh;
    private final Ops ops;
    private final List<Long> sizes;

    Links(Engine engine, Mesh mesh) {
        this.engine = engine;
        this.mesh = mesh;
        this.ops = engine.ops();
        boolean host = engine.device() == DeviceKind.CPU;
        this.sizes = BYTES.stream().filter(b -> !host || b <= MOST_ON_HOST).toList();
    }

    /**
     * What was measured.
     *
     * @param size of the group
     * @param seconds by kind and bytes, as {@link CollectiveKind} counts them
     * @param kappa seconds that computation loses to each second of a collective beside it, of the kinds that run so
     * @param exchangeBytes what the device's memory has less for the first all-to-all
     */
    record Measurement(
            int size,
            Map<CollectiveKind, TreeMap<Long, Double>> seconds,
            Map<CollectiveKind, Double> kappa,
            long exchangeBytes) {}

    Measurement measure() {
        Map<CollectiveKind, TreeMap<Long, Double>> seconds = new EnumMap<>(CollectiveKind.class);
        for (CollectiveKind kind : EnumSet.complementOf(EnumSet.of(CollectiveKind.ALL_TO_ALL))) {
            seconds.put(kind, times(kind));
        }
        Map<CollectiveKind, Double> kappa = new Slowdown(engine, mesh).measure();
        long before = besideAllocator();
        seconds.put(CollectiveKind.ALL_TO_ALL, times(CollectiveKind.ALL_TO_ALL));
        return new Measurement(mesh.size(0), seconds, kappa, Math.max(0, besideAllocator() - before));
    }

    private long besideAllocator() {
        return engine.memory().map(Profile::besideAllocator).orElse(0L);
    }

    private TreeMap<Long, Double> times(CollectiveKind kind) {
        int size = mesh.size(0);
        TreeMap<Long, Double> times = new TreeMap<>();
        for (long bytes : sizes) {
            try (Tensor whole = ops.normal(size, bytes / Short.BYTES / size)) {
                times.put(bytes, seconds(kind, whole));
            }
        }
        return times;
    }

    private double seconds(CollectiveKind kind, Tensor whole) {
        return switch (kind) {
            case ALL_REDUCE -> median(() -> mesh.reduce(WHERE, 0, whole, Reduction.MAXIMUM));
            case ALL_GATHER -> {
                try (Tensor own = ops.normal(whole.size(1))) {
                    yield median(() -> mesh.gather(WHERE, 0, whole, own));
                }
            }
            case REDUCE_SCATTER ->
                median(() -> mesh.reduceScatter(WHERE, 0, whole, 0).close());
            case ALL_TO_ALL -> {
                try (Tensor result = ops.normal(whole.size(0), whole.size(1))) {
                    yield median(() -> mesh.exchange(WHERE, 0, result, whole));
                }
            }
        };
    }

    /** The median time of a call, in runs of several that all ranks begin together. */
    private double median(Runnable call) {
        List<Double> times = new ArrayList<>();
        time(call);
        for (int run = 0; run < RUNS; run++) {
            times.add(time(call) / CALLS);
        }
        double[] sorted =
                times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[RUNS / 2];
    }

    private double time(Runnable call) {
        together();
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            call.run();
        }
        engine.synchronize();
        return (System.nanoTime() - start) * 1e-9;
    }

    private void together() {
        try (Tensor small = ops.normal(1)) {
            mesh.reduce(WHERE, 0, small, Reduction.MAXIMUM);
        }
        engine.synchronize();
    }
}
