package dev.ashlar.processor.solve;

import java.util.Locale;

/** Seconds and proven gap on synthetic GPT chains: run each line in its own JVM with {@code -Xmx256m} for cold figures. */
final class PlannerBenchmark {
    private PlannerBenchmark() {}

    /**
     * Arguments: mesh, layers, share of the way from the smallest to the unconstrained memory in percent (or {@code all} for ten),
     * then bytes a second of both links in 1e9 (150 and 300 unless given).
     */
    public static void main(String[] arguments) {
        long start = System.nanoTime();
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
        System.out.printf(Locale.ROOT, "built %.2f s%n", (System.nanoTime() - start) / 1e9);
        Range range = range(problem);
        System.out.printf(
                Locale.ROOT,
                "memory %.3f .. %.3f GB (%.2f s)%n",
                range.least() / 1e9,
                range.most() / 1e9,
                (System.nanoTime() - start) / 1e9);
        boolean all = arguments[2].equals("all");
        for (int k = 0; k < (all ? 10 : 1); k++) {
            double share = all ? 0.05 + 0.1 * k : Double.parseDouble(arguments[2]) / 100;
            solve(problem, range.least() + (long) (share * (range.most() - range.least())), share);
        }
    }

    private record Range(long least, long most) {}

    private static Range range(Problem problem) {
        Solution free = ((Outcome.Feasible) Solver.solve(problem, problem.mostMemory(), Effort.of(1e-3))).solution();
        Outcome none = Solver.solve(problem, 0, Effort.of(1e-3));
        Outcome.Infeasible infeasible = (Outcome.Infeasible) none;
        System.out.printf(
                Locale.ROOT,
                "smallest %d, ruled out %d: %s%n",
                infeasible.smallestBudget(),
                infeasible.certificate().budget(),
                Checker.check(problem, infeasible));
        return new Range(infeasible.smallestBudget(), free.peak());
    }

    private static void solve(Problem problem, long budget, double share) {
        long start = System.nanoTime();
        Outcome outcome = Solver.solve(problem, budget, Effort.of(1e-3));
        double solved = (System.nanoTime() - start) / 1e9;
        start = System.nanoTime();
        String result = "infeasible";
        if (outcome instanceof Outcome.Feasible feasible) {
            Verdict verdict = Checker.check(problem, budget, feasible);
            result = String.format(
                    Locale.ROOT,
                    "%.3f ms gap %.4f%% %s %s",
                    feasible.solution().time() / 1e6 / (1 << 20),
                    100 * feasible.gap(),
                    feasible.certificate().proof().getClass().getSimpleName(),
                    verdict instanceof Verdict.Accepted ? "accepted" : verdict.toString());
        }
        double checked = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT, "%3.0f%%: %.2f s, checked in %.2f s: %s%n", 100 * share, solved, checked, result);
    }
}
