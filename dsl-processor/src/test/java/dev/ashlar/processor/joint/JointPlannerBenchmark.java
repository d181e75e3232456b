package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.ProblemSize;
import dev.ashlar.processor.solve.ProvedSolver;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Seconds and proven gaps of the joint problem on the real costs. From the root of the repository, after {@code mvn -q test-compile},
 *
 * <pre>
 * java -cp "dsl-processor/target/test-classes:dsl-processor/target/classes:dsl-annotations/target/classes:$(find ~/.m2 -name 'ojalgo-57.0.0.jar' \
 *     -o -name 'jspecify-1.0.0.jar' | paste -sd:)" dev.ashlar.processor.joint.JointPlannerBenchmark gpt 48 4x8 fast nothing
 * </pre>
 *
 * Arguments are a model ({@code gpt}, {@code llama}, {@code cnn}), layers, a mesh, links ({@code fast}, {@code slow}) and what backward may
 * make again ({@link Repeats}). First comes how large the problem is; then a row for the smallest memory, for ten budgets between it and
 * what the fastest plan needs, and for any memory; of up to four layers the optimum is asked for. Every row is a JVM of its own with a heap of
 * 256 MB, so its seconds are cold ones: of building the problem and of solving it, each on the clock and of the planning thread's CPU, and of
 * checking the certificate, on the clock. Without arguments all instances of {@link #ALL} run, which takes long. A row ends after
 * {@value #LIMIT_SECONDS} seconds.
 *
 * With a budget in bytes, {@code smallest}, {@code any} or {@code size} behind the others only that row, here.
 */
final class JointPlannerBenchmark {
    private static final Effort EFFORT = new Effort(1e-3, 200_000, 400_000, 2);
    /** Layers of models whose optimum is asked for. */
    private static final int FEW_LAYERS = 4;

    private static final long UNLIMITED = 1L << 50;
    private static final int BUDGETS = 10;
    private static final int LIMIT_SECONDS = 60;
    private static final String HEAD = "%-10s %9s %9s   %-15s %-15s %-15s %s%n";

    private static final List<String> ALL = List.of(
            "gpt 12 4x8 fast",
            "gpt 24 4x8 fast",
            "gpt 48 4x8 fast",
            "gpt 96 4x8 fast",
            "gpt 48 4x8 slow",
            "gpt 24 2x4 fast",
            "gpt 24 2x4 slow",
            "gpt 24 2x2 fast",
            "llama 32 4x8 fast",
            "llama 32 2x4 slow",
            "cnn 8 4x8 fast",
            "cnn 8 2x2 slow",
            "attending 4 2x2 fast");

    private final PlannedInstance instance;

    private JointPlannerBenchmark(PlannedInstance instance) {
        this.instance = instance;
    }

    /** Arguments as the class says. */
    public static void main(String[] arguments) throws IOException, InterruptedException, Unplannable {
        if (arguments.length == 0) {
            for (Repeats repeats : Repeats.values()) {
                for (String words : ALL) {
                    new JointPlannerBenchmark(PlannedInstance.read((words + " " + repeats).split(" "))).table();
                }
            }
            return;
        }
        JointPlannerBenchmark benchmark = new JointPlannerBenchmark(PlannedInstance.read(arguments));
        if (arguments.length == 5) {
            benchmark.table();
        } else {
            benchmark.row(arguments[5]);
        }
    }

    private void table() throws IOException, InterruptedException {
        System.out.println(String.join(" ", instance.words()));
        System.out.println(cold("size"));
        System.out.printf(HEAD, "share", "GiB", "ms", "build s (CPU)", "solve s (CPU)", "check s", "gap");
        long least = show("smallest", "smallest");
        long most = show("any", "any");
        for (int i = 0; i < BUDGETS && least > 0 && most > 0; i++) {
            int percent = (2 * i + 1) * 100 / (2 * BUDGETS);
            show(percent + "%", Long.toString(least + (most - least) / 100 * percent));
        }
    }

    /** Prints a row; its peak in bytes, 0 if there is none. */
    private long show(String share, String budget) throws IOException, InterruptedException {
        String printed = cold(budget);
        int cut = printed.indexOf(' ');
        boolean found = cut > 0 && printed.substring(0, cut).chars().allMatch(Character::isDigit);
        System.out.printf("%-10s %s%n", share, found ? printed.substring(cut + 1) : printed);
        return found ? Long.parseLong(printed.substring(0, cut)) : 0;
    }

    /** What a row prints in a JVM of its own. */
    private String cold(String budget) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                JointPlannerBenchmark.class.getName()));
        command.addAll(instance.words());
        command.add(budget);
        File output = File.createTempFile("row", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        String printed = new String(java.nio.file.Files.readAllBytes(output.toPath()), StandardCharsets.UTF_8).strip();
        return process.exitValue() == 0
                ? printed
                : "ended with " + process.exitValue() + ": "
                        + printed.lines().limit(3).toList();
    }

    private void row(String budget) throws Unplannable {
        TrainingGraph graph = instance.specs().graph();
        Target target = instance.target();
        Clock building = new Clock();
        JointProblem joint = JointProblem.of(graph, target);
        Problem problem = joint.problem();
        building.stop();
        if (budget.equals("size")) {
            System.out.print(ProblemSize.of(problem));
            return;
        }
        boolean smallest = budget.equals("smallest");
        long bytes = smallest ? 0 : budget.equals("any") ? UNLIMITED : Long.parseLong(budget);
        Clock solving = new Clock();
        Effort effort = instance.layers() <= FEW_LAYERS ? Effort.EXACT : EFFORT;
        ProvedSolver solver = new ProvedSolver(problem);
        ProvedSolver.Claim claim = smallest ? solver.smallestLater(effort) : solver.later(bytes, effort);
        solving.stop();
        Clock checking = new Clock();
        ProvedSolver.Proved proved = claim.checked();
        checking.stop();
        Outcome outcome = proved.outcome();
        long peak;
        long time;
        double gap;
        if (outcome instanceof Outcome.Feasible feasible) {
            peak = feasible.solution().peak();
            time = feasible.solution().time();
            gap = feasible.gap();
        } else {
            Outcome.Infeasible infeasible = (Outcome.Infeasible) outcome;
            peak = infeasible.smallestBudget();
            time = infeasible.solution().time();
            gap = (double) (peak - infeasible.certificate().budget() - 1) / peak;
        }
        System.out.printf(
                Locale.ROOT,
                "%d %9.3f %9.2f   %-15s %-15s %-15s %.3f%% %s%n",
                peak,
                peak / 0x1p30,
                joint.seconds(time) * 1e3,
                building,
                solving,
                String.format(Locale.ROOT, "%.2f", checking.seconds),
                100 * gap,
                proved.verdict().getClass().getSimpleName());
    }

    /** Seconds of one part of a row. */
    private static final class Clock {
        private final long from = System.nanoTime();
        private final double cpuFrom = cpu();
        private double seconds;
        private double cpuSeconds;

        /** Of the thread that plans: the compiler and the collector run beside it. */
        private static double cpu() {
            return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
        }

        void stop() {
            seconds = (System.nanoTime() - from) / 1e9;
            cpuSeconds = cpu() - cpuFrom;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2f (%.2f)", seconds, cpuSeconds);
        }
    }
}
