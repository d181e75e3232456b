package dev.ashlar.processor.solve;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/** Seconds and proven gap on synthetic GPT chains: run each line in its own JVM with {@code -Xmx256m} for cold figures. */
final class PlannerBenchmark {
    private static final double GAP = 1e-3;

    private PlannerBenchmark() {}

    /**
     * Arguments: mesh, layers, budget (in bytes; {@code all} for ten shares of the way from the smallest to the unconstrained
     * memory), then bandwidth of both links in 1e9 bytes a second (25 and 300 unless given). Seconds are the thread's own.
     */
    public static void main(String[] arguments) {
        String[] mesh = arguments[0].split("x");
        double outer = arguments.length > 3 ? Double.parseDouble(arguments[3]) : 25;
        double inner = arguments.length > 4 ? Double.parseDouble(arguments[4]) : 300;
        SyntheticGpt gpt = new SyntheticGpt(
                new int[] {Integer.parseInt(mesh[0]), Integer.parseInt(mesh[1])},
                Integer.parseInt(arguments[1]),
                4096,
                64,
                2048,
                50304,
                new double[] {outer * 1e9, inner * 1e9});
        Problem problem = gpt.problem();
        System.out.printf(Locale.ROOT, "built in %.2f s%n", seconds());
        if (!arguments[2].equals("all")) {
            solve(problem, (long) Double.parseDouble(arguments[2]));
            return;
        }
        long most = ((Outcome.Feasible) Solver.solve(problem, problem.mostMemory(), Effort.of(GAP)))
                .solution()
                .peak();
        double start = seconds();
        Outcome.Infeasible none = (Outcome.Infeasible) Solver.solve(problem, 0, Effort.of(GAP));
        long least = none.smallestBudget();
        System.out.printf(
                Locale.ROOT,
                "unconstrained %d, smallest %d in %.2f s, ruled out %d: %s%n",
                most,
                least,
                seconds() - start,
                none.certificate().budget(),
                Checker.check(problem, none));
        for (int k = 0; k < 10; k++) {
            solve(problem, least + (most - least) * (5 + 10L * k) / 100);
        }
    }

    private static double seconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    }

    private static void solve(Problem problem, long budget) {
        double start = seconds();
        Outcome outcome = Solver.solve(problem, budget, Effort.of(GAP));
        double solved = seconds();
        String result = "infeasible";
        if (outcome instanceof Outcome.Feasible feasible) {
            result = String.format(
                    Locale.ROOT,
                    "%.3f ms gap %.4f%% %s %s",
                    feasible.solution().time() / 1e6 / (1 << 20),
                    100 * feasible.gap(),
                    feasible.certificate().proof().getClass().getSimpleName(),
                    Checker.check(problem, budget, feasible).getClass().getSimpleName());
        }
        System.out.printf(
                Locale.ROOT,
                "%14d: %.2f s, checked in %.2f s: %s%n",
                budget,
                solved - start,
                seconds() - solved,
                result);
    }
}
