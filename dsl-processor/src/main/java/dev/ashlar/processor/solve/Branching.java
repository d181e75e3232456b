package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * By the label of which variable cases are made.
 *
 * @param relaxation of the chain, with what prices say of every label
 * @param target bound that is enough
 */
record Branching(Chain chain, Relaxation relaxation, Goal goal, long target) {
    /** Variables of more than two blocks that have several labels. */
    static int[] shared(Problem problem) {
        int[] blocks = new int[problem.variables()];
        for (int b = 0; b < problem.blocks().size(); b++) {
            for (int node = 0; node < problem.block(b).nodes(); node++) {
                blocks[problem.variable(b, node)]++;
            }
        }
        return IntStream.range(0, blocks.length)
                .filter(v -> blocks[v] > 2 && problem.labels(v) > 1)
                .toArray();
    }

    /** The boundary variable nearest to the middle that has several labels below the target; empty if no variable has. */
    Optional<Integer> variable() {
        Problem problem = chain.problem();
        int middle = chain.blocks() / 2;
        Optional<Integer> best = Optional.empty();
        for (int b = 0; b + 1 < chain.blocks(); b++) {
            boolean nearer = best.isEmpty() || Math.abs(b - middle) < Math.abs(problem.owner(best.get()) - middle);
            for (int node : problem.block(b).exits()) {
                int v = problem.variable(b, node);
                long below = Arrays.stream(relaxation.byLabel(v))
                        .filter(sum -> relaxation.bound(goal, sum) < target)
                        .count();
                if (nearer && below > 1) {
                    best = Optional.of(v);
                }
            }
        }
        return best.or(this::inner);
    }

    /** The variable whose labels raise the bound most, on the average of them; empty if none has several labels below the target. */
    private Optional<Integer> inner() {
        Optional<Integer> best = Optional.empty();
        double most = Double.NEGATIVE_INFINITY;
        for (int b = 0; b < chain.blocks(); b++) {
            long[][] sums = relaxation.byNode(b);
            for (int node = 0; node < sums.length; node++) {
                long[] bounds = Arrays.stream(sums[node])
                        .map(sum -> Math.min(target, relaxation.bound(goal, sum)))
                        .toArray();
                long below = Arrays.stream(bounds).filter(l -> l < target).count();
                double mean = Arrays.stream(bounds).average().orElseThrow();
                if (below > 1 && mean > most) {
                    best = Optional.of(chain.problem().variable(b, node));
                    most = mean;
                }
            }
        }
        return best;
    }
}
