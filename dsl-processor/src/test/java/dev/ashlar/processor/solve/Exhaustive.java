package dev.ashlar.processor.solve;

import java.util.function.BiConsumer;

/** Every labelling of a small problem. */
final class Exhaustive {
    private Exhaustive() {}

    /** Calls back for every labelling that is allowed. */
    static void forEach(Problem problem, BiConsumer<int[], Evaluation> action) {
        int[] x = new int[problem.variables()];
        do {
            Evaluation evaluation = Evaluation.of(problem, x);
            if (evaluation.time() != Evaluation.FORBIDDEN) {
                action.accept(x, evaluation);
            }
        } while (next(problem, x));
    }

    private static boolean next(Problem problem, int[] x) {
        for (int v = 0; v < x.length; v++) {
            if (++x[v] < problem.labels(v)) {
                return true;
            }
            x[v] = 0;
        }
        return false;
    }

    /** Least time within a budget; {@link Long#MAX_VALUE} if nothing is. */
    static long time(Problem problem, long budget) {
        long[] least = {Long.MAX_VALUE};
        forEach(problem, (x, e) -> least[0] = e.peak() <= budget ? Math.min(least[0], e.time()) : least[0]);
        return least[0];
    }

    /** The smallest budget with a labelling; {@link Long#MAX_VALUE} if none is allowed. */
    static long peak(Problem problem) {
        long[] least = {Long.MAX_VALUE};
        forEach(problem, (x, e) -> least[0] = Math.min(least[0], e.peak()));
        return least[0];
    }
}
