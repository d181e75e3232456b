package dev.ashlar.processor.endtoend;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Looks every few milliseconds at what a thread that trains is doing, without a call in the program that is looked at. */
final class StackSamples {
    /** What a thread does. */
    enum Doing {
        KERNELS,
        COPIES_FOR_COLLECTIVES,
        WAITS_FOR_COLLECTIVES,
        HOST
    }

    private static final long PERIOD_NANOS = 3_000_000;

    private final Thread watched;
    private final Thread sampler = new Thread(this::sample, "samples");
    private final Map<Doing, Integer> counts = new EnumMap<>(Doing.class);
    private volatile boolean on;
    private volatile boolean closing;

    /** Of the calling thread; begins paused. */
    StackSamples() {
        watched = Thread.currentThread();
        sampler.setDaemon(true);
        sampler.start();
    }

    /** Whether what happens from now on counts. */
    void on(boolean counted) {
        on = counted;
    }

    private void sample() {
        while (!closing) {
            LockSupport.parkNanos(PERIOD_NANOS);
            if (on) {
                Doing doing = doing(watched.getStackTrace());
                if (on) {
                    counts.merge(doing, 1, Integer::sum);
                }
            }
        }
    }

    private static Doing doing(StackTraceElement[] stack) {
        boolean inside = stack.length > 0 && stack[0].isNativeMethod();
        for (StackTraceElement frame : stack) {
            String name = frame.getClassName();
            if (name.startsWith("dev.ashlar.runtime.dist.") && name.endsWith("Group")) {
                return Doing.WAITS_FOR_COLLECTIVES;
            }
            if (inside && (name.endsWith("engine.Collectives") || name.contains("engine.Reductions"))) {
                return Doing.COPIES_FOR_COLLECTIVES;
            }
        }
        return inside && stack[0].getClassName().startsWith("org.bytedeco.") ? Doing.KERNELS : Doing.HOST;
    }

    /** The share of the counted time; {@link #end()} comes first. */
    double share(Doing doing) {
        int all = counts.values().stream().mapToInt(Integer::intValue).sum();
        return counts.getOrDefault(doing, 0) / (double) Math.max(1, all);
    }

    /** Takes no more samples. */
    void end() throws InterruptedException {
        closing = true;
        sampler.join();
    }
}
