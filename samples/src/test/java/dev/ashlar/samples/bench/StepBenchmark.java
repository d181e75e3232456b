package dev.ashlar.samples.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.samples.gpt.GptBatch;
import dev.ashlar.samples.gpt.GptLaptopStep;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The written step of the sample's transformer against the same model through libtorch's autograd, in one JVM, with one optimizer
 * kernel. Runs are interleaved, in turning order, so that what else the machine does hits both.
 *
 * <pre>{@code StepBenchmark [PAIRS] [STEPS_A_RUN]}</pre>
 */
public final class StepBenchmark {
    private static final double LEARNING_RATE = 1e-4;
    private static final int WARM_UP = 5;
    private static final int LAYERS = 4;
    private static final int HEADS = 4;

    private final GptLaptopStep written;
    private final AutogradStep autograd;
    private final GptBatch batch;

    private StepBenchmark(GptLaptopStep written, AutogradStep autograd) {
        this.written = written;
        this.autograd = autograd;
        Random random = new Random(1);
        List<HostTensor> inputs =
                written.plan().inputs().stream().map(info -> ids(info, random)).toList();
        batch = written.batch(inputs);
    }

    /** Prints the ratio of times and the peaks of memory. */
    public static void main(String[] arguments) {
        int pairs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        try (GptLaptopStep written = GptLaptopStep.open(Ranks.single(), Seed.of(1));
                AutogradStep autograd = new AutogradStep(written.parameters(), LAYERS, HEADS)) {
            StepBenchmark benchmark = new StepBenchmark(written, autograd);
            benchmark.time(pairs, steps);
            benchmark.memory();
        }
    }

    private static HostTensor ids(InputInfo info, Random random) {
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        long size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        return HostTensor.of(random.longs(size, 0, info.exclusiveUpperBound()).toArray(), shape);
    }

    private float runWritten(int steps) {
        float loss = 0;
        for (int i = 0; i < steps; i++) {
            loss = written.train(batch, LEARNING_RATE);
        }
        return loss;
    }

    private float runAutograd(int steps) {
        float loss = 0;
        for (int i = 0; i < steps; i++) {
            loss = autograd.train(batch.tokens(), batch.targets(), LEARNING_RATE);
        }
        return loss;
    }

    /** What runs took, in seconds a step. */
    private record Times(double[] wall, double[] cpu) {
        void measure(int run, int steps, Runnable body) {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long cpuStart = system.getProcessCpuTime();
            long start = System.nanoTime();
            body.run();
            wall[run] = (System.nanoTime() - start) * 1e-9 / steps;
            cpu[run] = (system.getProcessCpuTime() - cpuStart) * 1e-9 / steps;
        }
    }

    private void time(int pairs, int steps) {
        System.out.printf(
                Locale.ROOT,
                "losses after %d steps: written %.6f, autograd %.6f%n",
                WARM_UP,
                runWritten(WARM_UP),
                runAutograd(WARM_UP));
        Times own = new Times(new double[pairs], new double[pairs]);
        Times other = new Times(new double[pairs], new double[pairs]);
        for (int i = 0; i < pairs; i++) {
            if (i % 2 == 0) {
                own.measure(i, steps, () -> runWritten(steps));
                other.measure(i, steps, () -> runAutograd(steps));
            } else {
                other.measure(i, steps, () -> runAutograd(steps));
                own.measure(i, steps, () -> runWritten(steps));
            }
        }
        System.out.println(pairs + " interleaved pairs of " + steps + " steps, milliseconds a step");
        print("elapsed", own.wall(), other.wall());
        print("of the CPU's cores together", own.cpu(), other.cpu());
    }

    private static void print(String what, double[] own, double[] other) {
        double[] ratios = new double[own.length];
        Arrays.setAll(ratios, i -> own[i] / other[i]);
        System.out.printf(
                Locale.ROOT,
                "  %s: written %.1f, autograd %.1f, median of ratios %.3f (lowest %.3f, highest %.3f)%n",
                what,
                1e3 * median(own),
                1e3 * median(other),
                median(ratios),
                Arrays.stream(ratios).min().orElseThrow(),
                Arrays.stream(ratios).max().orElseThrow());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The most that one step allocates beside parameters and the optimizer's state, which both have alike. */
    private void memory() {
        try (MemoryMeter meter = MemoryMeter.open()) {
            System.out.println("peak of one step beside parameters and state: written "
                    + peak(meter, () -> runWritten(1)) + ", autograd " + peak(meter, () -> runAutograd(1)));
        }
    }

    private static String peak(MemoryMeter meter, Runnable step) {
        long before = meter.currentBytes();
        meter.resetPeak();
        step.run();
        return meter.available() ? (meter.peakBytes() - before) + " bytes" : meter.toString();
    }
}
