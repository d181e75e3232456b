package dev.ashlar.processor.solve;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How large a problem is, block by block, and what eliminating its variables takes; for benchmarks. */
public final class ProblemSize {
    private ProblemSize() {}

    /** A line for each different block, and one for each of its largest elimination steps and tables. */
    public static String of(Problem problem) {
        StringBuilder text = new StringBuilder();
        Set<Block> kinds = new LinkedHashSet<>(problem.blocks());
        for (Block block : kinds) {
            text.append(of(block));
        }
        Problem reduced = Reduction.of(problem).problem();
        for (Block block : new LinkedHashSet<>(reduced.blocks())) {
            text.append("reduced ").append(of(block));
        }
        return text.toString();
    }

    private static String of(Block block) {
        int[] labels = IntStream.range(0, block.nodes()).map(block::labels).toArray();
        long entries = block.factors().stream().mapToLong(Factor::size).sum();
        long amounts = block.factors().stream()
                .mapToLong(f -> (long) f.distinctRows().length * f.size())
                .sum();
        String sizes = "block %s: %d nodes, %d labels (most %d), %d points, %d tables, %d entries, %d amounts"
                .formatted(
                        block,
                        labels.length,
                        IntStream.of(labels).sum(),
                        IntStream.of(labels).max().orElse(0),
                        block.points(),
                        block.factors().size(),
                        entries,
                        amounts);
        try {
            return sizes + elimination(EliminationPlan.of(block));
        } catch (IllegalArgumentException tooWide) {
            return sizes + "; " + tooWide.getMessage() + largest(block) + "\n";
        }
    }

    private static String largest(Block block) {
        return block.factors().stream()
                .sorted(Comparator.comparingInt(Factor::size).reversed())
                .limit(4)
                .map(f -> "\n    table " + scope(block, f.scope()))
                .collect(Collectors.joining());
    }

    private static String scope(Block block, int[] scope) {
        return IntStream.of(scope).mapToObj(n -> n + ":" + block.labels(n)).collect(Collectors.joining(" x "));
    }

    private static String elimination(EliminationPlan plan) {
        Block block = plan.block();
        int width = plan.steps().stream().mapToInt(s -> s.scope().length).max().orElse(0);
        String steps = plan.steps().stream()
                .sorted(Comparator.comparingDouble((EliminationPlan.Step s) -> additions(block, s))
                        .reversed())
                .limit(4)
                .map(s -> "\n    step %.0f rows: %s between %s"
                        .formatted(
                                additions(block, s),
                                s.isElimination() ? "node " + scope(block, new int[] {s.node()}) : "sum",
                                scope(block, s.scope())))
                .collect(Collectors.joining());
        return "; elimination width %d, %.0f rows%s%s\n"
                .formatted(
                        width,
                        plan.steps().stream()
                                .mapToDouble(s -> additions(block, s))
                                .sum(),
                        steps,
                        largest(block));
    }

    private static double additions(Block block, EliminationPlan.Step step) {
        return step.rows();
    }
}
