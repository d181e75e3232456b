package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.dist.CollectiveKind;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.dist.Running;
import dev.ashlar.runtime.engine.Collectives;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Init;
import dev.ashlar.runtime.engine.Ops;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.engine.Reductions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What products lose to collectives that run beside them, in the ways that steps run these: gathers of parameters, scattered sums and
 * sums of gradients.
 */
final class Slowdown {
    private static final String WHERE = "calibration";
    /**
     * Rows, columns and inner extent of the products: as long as those of a model. A library's product keeps the multiprocessors until
     * its end, so that a collective that is a kernel gets its own between two of them; beside few long ones it would seem to cost little.
     */
    private static final List<Long> PRODUCT = List.of(8192L, 2048L, 2048L);

    private static final List<Long> PRODUCT_ON_HOST = List.of(1024L, 1024L, 1024L);
    private static final long BYTES = 1L << 24;
    /** Collectives of {@link #BYTES}, with as many products beside each. */
    private static final int COLLECTIVES = 16;

    private static final int COLLECTIVES_ON_HOST = 2;
    private static final int PRODUCTS = 4;
    private static final int RUNS = 7;

    private final Engine engine;
    private final Mesh mesh;
    private final Ops ops;
    private final List<Long> product;
    private final int repeats;

    /** Begins something beside products, and gives what waits for its end. */
    private interface Beside {
        Runnable start();
    }

    Slowdown(Engine engine, Mesh mesh) {
        this.engine = engine;
        this.mesh = mesh;
        this.ops = engine.ops();
        boolean host = engine.device() == DeviceKind.CPU;
        this.product = host ? PRODUCT_ON_HOST : PRODUCT;
        this.repeats = host ? COLLECTIVES_ON_HOST : COLLECTIVES;
    }

    /** Seconds lost to each second of what is shorter, the products or what runs beside them. */
    Map<CollectiveKind, Double> measure() {
        Map<CollectiveKind, Double> kappa = new EnumMap<>(CollectiveKind.class);
        long elements = BYTES / Short.BYTES;
        try (Tensor gradients = ops.normal(elements);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter parameter = store.frozen("calibrated", Init.normal(1), "[S0]", elements);
            kappa.put(CollectiveKind.ALL_REDUCE, kappa(() -> sum(gradients)));
            kappa.put(CollectiveKind.REDUCE_SCATTER, kappa(() -> scatter(gradients)));
            kappa.put(CollectiveKind.ALL_GATHER, kappa(() -> gather(parameter)));
            engine.synchronize();
        }
        return kappa;
    }

    private Runnable sum(Tensor gradients) {
        Running running = mesh.startReduce(WHERE, 0, gradients, Reduction.MAXIMUM);
        return running::await;
    }

    private Runnable scatter(Tensor gradients) {
        Reductions reductions = engine.reductions();
        reductions.at(WHERE).scatter(ops.share(gradients), 0, 0).into();
        return () -> reductions.await(0);
    }

    private Runnable gather(Parameter parameter) {
        Collectives collectives = engine.collectives();
        Tensor gathered = collectives.at(WHERE).startAllGather(parameter.value(), 0);
        return () -> {
            collectives.finish(WHERE);
            gathered.close();
        };
    }

    private double kappa(Beside beside) {
        try (Tensor x = ops.normal(product.get(0), product.get(2));
                Tensor weight = ops.normal(product.get(1), product.get(2))) {
            Runnable products = () -> {
                for (int i = 0; i < PRODUCTS; i++) {
                    ops.linear(x, weight).close();
                }
            };
            Runnable both = () -> {
                Runnable end = beside.start();
                products.run();
                end.run();
            };
            Runnable other = () -> beside.start().run();
            double[] fastest = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
            for (int run = -1; run < RUNS; run++) { // by turns, for a device that gets hot; the first only warms up
                List<Runnable> bodies = List.of(products, other, both);
                for (int i = 0; i < fastest.length; i++) {
                    double seconds = seconds(bodies.get(i));
                    fastest[i] = run < 0 ? fastest[i] : Math.min(fastest[i], seconds);
                }
            }
            return Math.max(0, (fastest[2] - fastest[0]) / Math.min(fastest[0], fastest[1]));
        }
    }

    /** Of a run of several that all ranks begin together. */
    private double seconds(Runnable body) {
        try (Tensor small = ops.normal(1)) {
            mesh.reduce(WHERE, 0, small, Reduction.MAXIMUM);
        }
        engine.synchronize();
        long start = System.nanoTime();
        for (int i = 0; i < repeats; i++) {
            body.run();
        }
        engine.synchronize();
        return (System.nanoTime() - start) * 1e-9;
    }
}
