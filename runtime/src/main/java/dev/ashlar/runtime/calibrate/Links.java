package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.dist.CollectiveKind;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.dist.Running;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
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
    /**
     * Rows, columns and inner extent of the products that run beside all-reduces: as long as those of a model. A library's product keeps the
     * multiprocessors until its end, so that a collective gets its own between two of them; beside few long ones it would seem to cost little.
     */
    private static final List<Long> PRODUCT = List.of(8192L, 2048L, 2048L);

    private static final List<Long> PRODUCT_ON_HOST = List.of(1024L, 1024L, 1024L);
    private static final long BESIDE = 1L << 24;
    /** All-reduces of {@link #BESIDE} bytes, with as many products beside each. */
    private static final int REDUCTIONS = 16;

    private static final int REDUCTIONS_ON_HOST = 2;
    private static final int PRODUCTS = 4;

    private final Engine engine;
    private final Mesh mesh;
    private final Ops ops;
    private final List<Long> sizes;
    private final List<Long> product;
    private final int reductions;

    Links(Engine engine, Mesh mesh) {
        this.engine = engine;
        this.mesh = mesh;
        this.ops = engine.ops();
        boolean host = engine.device() == DeviceKind.CPU;
        this.sizes = BYTES.stream().filter(b -> !host || b <= MOST_ON_HOST).toList();
        this.product = host ? PRODUCT_ON_HOST : PRODUCT;
        this.reductions = host ? REDUCTIONS_ON_HOST : REDUCTIONS;
    }

    /**
     * What was measured.
     *
     * @param size of the group
     * @param seconds by kind and bytes, as {@link CollectiveKind} counts them
     * @param kappa seconds that computation loses to each second of an all-reduce beside it
     */
    record Measurement(int size, Map<CollectiveKind, TreeMap<Long, Double>> seconds, double kappa) {}

    Measurement measure() {
        int size = mesh.size(0);
        Map<CollectiveKind, TreeMap<Long, Double>> seconds = new EnumMap<>(CollectiveKind.class);
        for (CollectiveKind kind : CollectiveKind.values()) {
            TreeMap<Long, Double> times = new TreeMap<>();
            for (long bytes : sizes) {
                try (Tensor whole = ops.normal(size, bytes / Short.BYTES / size)) {
                    times.put(bytes, seconds(kind, whole));
                }
            }
            seconds.put(kind, times);
        }
        return new Measurement(size, seconds, kappa());
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

    private double kappa() {
        try (Tensor x = ops.normal(product.get(0), product.get(2));
                Tensor weight = ops.normal(product.get(1), product.get(2));
                Tensor gradients = ops.normal(BESIDE / Short.BYTES)) {
            Runnable products = () -> {
                for (int i = 0; i < PRODUCTS; i++) {
                    ops.linear(x, weight).close();
                }
            };
            double alone = fastest(() -> repeat(products));
            double other = fastest(() -> repeat(() -> mesh.reduce(WHERE, 0, gradients, Reduction.MAXIMUM)));
            double beside = fastest(() -> repeat(() -> {
                Running running = mesh.startReduce(WHERE, 0, gradients, Reduction.MAXIMUM);
                products.run();
                running.await();
            }));
            return Math.max(0, (beside - alone) / Math.min(other, alone));
        }
    }

    private void repeat(Runnable body) {
        for (int i = 0; i < reductions; i++) {
            body.run();
        }
    }

    private double fastest(Runnable body) {
        double[] seconds = new double[RUNS];
        body.run();
        for (int i = 0; i < RUNS; i++) {
            together();
            long start = System.nanoTime();
            body.run();
            engine.synchronize();
            seconds[i] = (System.nanoTime() - start) * 1e-9;
        }
        return Arrays.stream(seconds).min().orElseThrow();
    }
}
