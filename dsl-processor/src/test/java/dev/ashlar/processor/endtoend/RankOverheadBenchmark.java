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
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;

/**
 * The GPT sample with one global batch, turn by turn on one rank and on two, each with one thread: prints medians, their ratio, and where
 * the time of two goes. Run {@code RankOverheadBenchmark [STEPS [MEMORY]]} on the test class path with OMP_NUM_THREADS=1 on two idle cores; the memory is
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

    /**
     * Medians of a step in milliseconds, of the clock and of the thread's processor, and shares of the time on two ranks.
     *
     * @param aside processor time a step of all other threads that collectives run on, both ranks'
     */
    private record Found(double one, double oneBusy, double two, double twoBusy, double aside, StackSamples samples) {
        void print() {
            System.out.printf(Locale.ROOT, "one rank:  %7.1f ms a step, %.1f ms of its processor%n", one, oneBusy);
            System.out.printf(
                    Locale.ROOT,
                    "two ranks: %7.1f ms a step, %.1f ms of the first's processor; ratio %.3f (0.5 without overhead)%n",
                    two,
                    twoBusy,
                    two / one);
            for (StackSamples.Doing doing : StackSamples.Doing.values()) {
                String name = doing.name().toLowerCase(Locale.ROOT).replace('_', ' ');
                System.out.printf(Locale.ROOT, "  %-24s %7.1f ms%n", name, samples.share(doing) * two);
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
                PlannedStep<?> two = pair.open(ranks, Seed.of(5), settings);
                StackSamples samples = new StackSamples()) {
            List<double[]> single = new ArrayList<>();
            List<double[]> both = new ArrayList<>();
            double aside = 0;
            for (int i = -WARM_STEPS; i < steps; i++) {
                together.await();
                double[] first = ranks.rank() == 0 ? step(one) : new double[2];
                together.await();
                double before = collectiveSeconds();
                samples.on(i >= 0);
                double[] second = step(two);
                samples.on(false);
                if (i >= 0) {
                    single.add(first);
                    both.add(second);
                    aside += collectiveSeconds() - before;
                }
            }
            samples.close();
            return new Found(
                    median(single, 0),
                    median(single, 1),
                    median(both, 0),
                    median(both, 1),
                    aside * 1e3 / steps,
                    samples);
        }
    }

    private static <B> double[] step(PlannedStep<B> step) {
        B batch = ((Step<B>) step).batch(RandomBatch.of(step.plan(), 1));
        long busy = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long start = System.nanoTime();
        step.train(batch, 1e-3);
        return new double[] {
            (System.nanoTime() - start) / 1e6,
            (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - busy) / 1e6
        };
    }

    private static double median(List<double[]> values, int of) {
        return values.stream().mapToDouble(v -> v[of]).sorted().toArray()[values.size() / 2];
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
