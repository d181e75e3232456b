package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Recording;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Times what a device is given to do: recorded where it can be, so that the host's own time is left out. */
final class Stopwatch implements AutoCloseable {
    private static final int RUNS = 5;
    /** Shorter measurements would be those of the clock. */
    private static final double SECONDS = 2e-3;

    private static final int MOST_REPEATS = 200;

    /** Rows, columns and inner extent of the product that heats an accelerator. */
    private static final long HOT = 8192;

    /** Sums of such matrices behind each product: about a fifth of the time, as in a step. A device draws less power for them. */
    private static final int ADDITIONS = 3;

    private static final double HEAT_SECONDS = 0.04;
    private static final double FIRST_HEAT_SECONDS = 0.5;

    private final Engine engine;
    private @Nullable Tensor hot;

    Stopwatch(Engine engine) {
        this.engine = engine;
    }

    /**
     * Lets an accelerator work as hard as a step does. It lowers its clock when it draws more power than it may, which takes it some hundredths
     * of a second to see: what is measured in short bursts is up to a sixth faster than the same in a step, and what is measured
     * behind products alone up to a tenth slower.
     */
    private void heat() {
        if (engine.device() == DeviceKind.CPU) {
            return;
        }
        double seconds = hot == null ? FIRST_HEAT_SECONDS : HEAT_SECONDS;
        Tensor factor = hot == null ? engine.ops().normal(HOT, HOT) : hot;
        hot = factor;
        long start = System.nanoTime();
        while ((System.nanoTime() - start) * 1e-9 < seconds) {
            engine.ops().linear(factor, factor).close();
            for (int i = 0; i < ADDITIONS; i++) {
                engine.ops().add(factor, factor).close();
            }
            engine.synchronize();
        }
    }

    @Override
    public void close() {
        if (hot != null) {
            hot.close();
            hot = null;
        }
    }

    /** The median time of a body, in seconds; it closes what it makes. */
    double seconds(Runnable body) {
        body.run();
        double once = time(body);
        int repeats = (int) Math.max(1, Math.min(MOST_REPEATS, Math.ceil(SECONDS / Math.max(once, 1e-7))));
        Runnable repeated = () -> {
            for (int i = 0; i < repeats; i++) {
                body.run();
            }
        };
        if (!engine.recordable()) {
            return median(repeated) / repeats;
        }
        try (Recording recording = engine.record(repeated)) {
            recording.replay();
            heat();
            return median(recording::replay) / repeats;
        }
    }

    /** The host's time to call a body, in seconds, while the device lags behind. */
    double hostSeconds(Runnable body) {
        int calls = MOST_REPEATS;
        body.run();
        double[] seconds = new double[RUNS];
        for (int run = 0; run < RUNS; run++) {
            engine.synchronize();
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                body.run();
            }
            seconds[run] = (System.nanoTime() - start) * 1e-9 / calls;
        }
        engine.synchronize();
        Arrays.sort(seconds);
        return seconds[RUNS / 2];
    }

    private double median(Runnable body) {
        double[] seconds = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            seconds[i] = time(body);
        }
        Arrays.sort(seconds);
        return seconds[RUNS / 2];
    }

    private double time(Runnable body) {
        engine.synchronize();
        long start = System.nanoTime();
        body.run();
        engine.synchronize();
        return (System.nanoTime() - start) * 1e-9;
    }
}
