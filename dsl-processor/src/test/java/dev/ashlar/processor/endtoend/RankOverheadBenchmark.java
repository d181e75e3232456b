package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.WrittenPlan;
import dev.ashlar.processor.plan.MeshPlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.launch.RankThreads;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import dev.ashlar.runtime.train.Step;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;

/**
 * The GPT sample with one global batch, turn by turn on one rank and on two, each with one thread: prints medians and the fastest
 * steps, their ratios, and where the time of two goes. Run {@code RankOverheadBenchmark [STEPS [MEMORY]]} on the test class path with OMP_NUM_THREADS=1 on two idle cores; the memory is
 * that of each of two ranks.
 */
final class RankOverheadBenchmark {
    private static final String DIMS = "batch=8 seq=128 d=128 heads=4 vocab=256 layers=4";
    private static final int WARM_STEPS = 5;
    /** Of {@code /proc/self/task/THREAD/stat}, behind the name: ticks in the program and in the kernel. */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;
    private static final double SECONDS_A_TICK = 0.01;

    private final CyclicBarrier together = new CyclicBarrier(2);
    private final int steps;
    private final Set<String> trainingThreads = ConcurrentHashMap.newKeySet();

    private RankOverheadBenchmark(int steps) {
        this.steps = steps;
    }

    public static void main(String[] arguments) throws Exception {
        int steps = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
        String memory = arguments.length > 1 ? arguments[1] : "32MiB";
        Plan one = gpt().plan();
        Plan two = MeshPlans.fastest(gpt().mesh(2L).memory(memory));
        Path directory = Files.createTempDirectory("overhead");
        RankOverheadBenchmark benchmark = new RankOverheadBenchmark(steps);
        try (WrittenPlan alone = WrittenPlan.of(one, directory.resolve("one"));
                WrittenPlan pair = WrittenPlan.of(two, directory.resolve("two"))) {
            System.out.printf(Locale.ROOT, "%s, %d steps; two ranks have %s each%n", DIMS, steps, memory);
            RankThreads.run(2, ranks -> benchmark.run(alone, pair, ranks))
                    .get(0)
                    .print();
        }
    }

    private static ModelSpecs gpt() {
        return SampleModels.gpt(DIMS).clipping();
    }

    /** Steps by clock and by the processor of the first rank's thread, in milliseconds. */
    private record Steps(List<Double> clock, List<Double> busy) {
        Steps() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        static double median(List<Double> millis) {
            return millis.stream().sorted().toList().get(millis.size() / 2);
        }

        double fastest() {
            return Collections.min(clock);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "median %.1f ms a step, fastest %.1f; %.1f ms of its thread's processor",
                    median(clock),
                    fastest(),
                    median(busy));
        }
    }

    /** @param aside processor time a step, in milliseconds, of all threads that collectives run on, both ranks' */
    private record Found(Steps one, Steps two, double aside, StackSamples samples) {
        void print() {
            double median = Steps.median(two.clock());
            System.out.println("one rank:  " + one);
            System.out.println("two ranks: " + two);
            System.out.printf(
                    Locale.ROOT,
                    "ratio: median %.3f, fastest %.3f, processor %.3f (0.5 without overhead)%n",
                    median / Steps.median(one.clock()),
                    two.fastest() / one.fastest(),
                    (Steps.median(two.busy()) + aside / 2) / Steps.median(one.busy()));
            for (StackSamples.Doing doing : StackSamples.Doing.values()) {
                String name = doing.name().toLowerCase(Locale.ROOT).replace('_', ' ');
                System.out.printf(Locale.ROOT, "  %-24s %7.1f ms%n", name, samples.share(doing) * median);
            }
            System.out.printf(Locale.ROOT, "  collectives' own threads %7.1f ms of both ranks' processors%n", aside);
        }
    }

    private Found run(WrittenPlan alone, WrittenPlan pair, Ranks ranks) throws Exception {
        trainingThreads.add(Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString());
        Settings settings =
                Settings.defaults(OptimizerKind.ADAMW).withDebug(false).withClipNorm(1);
        try (PlannedStep<?> one = alone.open(Ranks.single(), Seed.of(5), settings);
                PlannedStep<?> two = pair.open(ranks, Seed.of(5), settings)) {
            StackSamples samples = new StackSamples();
            Steps single = new Steps();
            Steps both = new Steps();
            double aside = 0;
            for (int i = -WARM_STEPS; i < steps; i++) {
                boolean counted = i >= 0;
                together.await();
                if (ranks.rank() == 0) {
                    step(one, counted ? single : new Steps());
                }
                together.await();
                double before = collectiveSeconds();
                samples.on(counted);
                step(two, counted ? both : new Steps());
                samples.on(false);
                aside += counted ? collectiveSeconds() - before : 0;
            }
            samples.end();
            return new Found(single, both, aside * 1e3 / steps, samples);
        }
    }

    private static <B> void step(PlannedStep<B> step, Steps into) {
        B batch = ((Step<B>) step).batch(RandomBatch.of(step.plan(), 1));
        long busy = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long start = System.nanoTime();
        step.train(batch, 1e-3);
        into.clock().add((System.nanoTime() - start) / 1e6);
        into.busy().add((ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - busy) / 1e6);
    }

    /** Processor time of Gloo's threads, which are named after those that made them. */
    private double collectiveSeconds() throws IOException {
        long ticks = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                if (!trainingThreads.contains(thread.getFileName().toString())) {
                    ticks += ticksOfRank(thread);
                }
            }
        }
        return ticks * SECONDS_A_TICK;
    }

    private static long ticksOfRank(Path thread) throws IOException {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return stat.contains("(rank ")
                    ? Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])
                    : 0;
        } catch (NoSuchFileException gone) {
            return 0; // one of the compiler's, which ended since it was listed; Gloo's live as long as their group
        }
    }
}
