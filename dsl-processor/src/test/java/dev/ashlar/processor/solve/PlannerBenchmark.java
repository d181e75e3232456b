package dev.ashlar.processor.solve;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * CPU seconds and proven gaps on synthetic GPT chains. From the root of the repository, after {@code mvn -q test-compile},
 *
 * <pre>
 * java -cp "dsl-processor/target/test-classes:dsl-processor/target/classes:$(find ~/.m2 -name ojalgo-57.0.0.jar)" \
 *     dev.ashlar.processor.solve.PlannerBenchmark
 * </pre>
 *
 * prints the whole table (about four minutes): a 4x8 mesh, 12 to 96 layers, fast and slow links, ten budgets each. Every budget is
 * solved in a JVM of its own with a heap of 256 MB, so its seconds are cold ones. With arguments {@code layers outer inner} only that
 * chain, with links of {@code outer} and {@code inner} 1e9 bytes a second; {@code layers outer inner budget} solves one budget here.
 */
final class PlannerBenchmark {
    private static final double GAP = 1e-3;
    private static final int[] LAYERS = {12, 24, 48, 96};
    private static final double[][] LINKS = {{25, 300}, {25, 12}, {12, 12}};
    private static final String ROW = "%-22s %7s %14s %9s %8s %8s %12s %7s  %s%n";

    private PlannerBenchmark() {}

    /** Arguments: none, three, or four as the class says. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 4) {
            int layers = Integer.parseInt(arguments[0]);
            Problem problem = problem(layers, number(arguments[1]), number(arguments[2]));
            System.out.println(solve(problem, Long.parseLong(arguments[3])));
            return;
        }
        System.out.printf(
                ROW, "chain", "share", "budget", "gap", "solve s", "check s", "evaluations", "leaves", "verdict");
        if (arguments.length == 3) {
            instance(Integer.parseInt(arguments[0]), number(arguments[1]), number(arguments[2]));
            return;
        }
        for (double[] links : LINKS) {
            for (int layers : LAYERS) {
                instance(layers, links[0], links[1]);
            }
        }
    }

    private static double number(String text) {
        return Double.parseDouble(text);
    }

    private static Problem problem(int layers, double outer, double inner) {
        double[] links = {outer * 1e9, inner * 1e9};
        return new SyntheticGpt(new int[] {4, 8}, layers, 4096, 64, 2048, 50304, links).problem();
    }

    /** Ten shares of the way from the smallest to the unconstrained memory. */
    private static void instance(int layers, double outer, double inner) throws IOException, InterruptedException {
        Problem problem = problem(layers, outer, inner);
        Outcome.Feasible free = (Outcome.Feasible) Solver.solve(problem, problem.mostMemory(), Effort.of(GAP));
        Outcome.Infeasible none = (Outcome.Infeasible) Solver.solve(problem, 0, Effort.of(GAP));
        long most = free.solution().peak();
        long least = none.smallestBudget();
        String chain = String.format(Locale.ROOT, "4x8 %d %.0f/%.0f GB/s", layers, outer, inner);
        for (int share = 5; share < 100; share += 10) {
            long budget = least + (most - least) * share / 100;
            String[] cells = cold(layers, outer, inner, budget).split(" ");
            System.out.printf(
                    ROW, chain, share + "%", budget, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]);
        }
    }

    /** The result of one budget in a JVM of its own. */
    private static String cold(int layers, double outer, double inner, long budget)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                PlannerBenchmark.class.getName()));
        for (Object argument : List.of(layers, outer, inner, budget)) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("a JVM ended with " + process.exitValue());
        }
        return printed.strip();
    }

    private static double seconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    }

    /** Gap, CPU seconds of solver and checker, evaluations of the first dual, leaves of the proof, verdict; by spaces. */
    private static String solve(Problem problem, long budget) {
        double start = seconds();
        Outcome outcome = Solver.solve(problem, budget, Effort.of(GAP));
        double solved = seconds();
        if (!(outcome instanceof Outcome.Feasible feasible)) {
            return "infeasible - - - - -";
        }
        Verdict verdict = Checker.check(problem, budget, feasible);
        return String.format(
                Locale.ROOT,
                "%.4f%% %.2f %.2f %d %d %s",
                100 * feasible.gap(),
                solved - start,
                seconds() - solved,
                evaluations(problem, budget),
                leaves(feasible.certificate().proof()),
                verdict.getClass().getSimpleName());
    }

    /** Priced problems that the first dual solves: the same as in the solver, for it starts with it. */
    private static int evaluations(Problem problem, long budget) {
        Incumbent incumbent = new Incumbent(problem, Goal.time(budget));
        return Dual.run(
                        new Chain(problem),
                        incumbent,
                        new Labellings(problem),
                        Prices.FREE,
                        Dual.Stop.at(1e-6),
                        new Work(1))
                .map(dual -> dual.columns().size())
                .orElse(0);
    }

    private static int leaves(Proof proof) {
        if (proof instanceof Proof.Split split) {
            return split.cases().stream().mapToInt(c -> leaves(c.proof())).sum();
        }
        if (proof instanceof Proof.Fit fit) {
            return leaves(fit.rest());
        }
        return proof instanceof Proof.Narrow narrow ? leaves(narrow.rest()) : 1;
    }
}
