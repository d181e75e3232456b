package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The directions of blocks that communicate beside their compute; equal blocks have one share in common. */
final class Segments {
    private final Problem problem;
    private final List<Group> groups = new ArrayList<>();

    private record Direction(int block, boolean backward) {}

    /** Blocks of one kind, in one direction. */
    record Group(List<Integer> blocks, boolean backward) {
        Quantity compute() {
            return backward ? Quantity.BACKWARD_COMPUTE : Quantity.FORWARD_COMPUTE;
        }

        Group without(Set<Direction> whole) {
            return new Group(
                    blocks.stream()
                            .filter(b -> !whole.contains(new Direction(b, backward)))
                            .toList(),
                    backward);
        }

        Quantity async() {
            return backward ? Quantity.BACKWARD_ASYNC : Quantity.FORWARD_ASYNC;
        }
    }

    Segments(Problem problem) {
        this(problem, Prices.FREE);
    }

    /** Those that prices count by a sum: directions with an odd share take as long as they do. */
    Segments(Problem problem, Prices prices) {
        this.problem = problem;
        Set<Direction> whole = prices.segments().stream()
                .filter(s -> !Prices.isSum(s.share()))
                .map(s -> new Direction(s.block(), s.backward()))
                .collect(Collectors.toSet());
        for (boolean backward : new boolean[] {false, true}) {
            List<Group> byKind = new ArrayList<>();
            for (int b = 0; b < problem.blocks().size(); b++) {
                if (problem.kind(b) == byKind.size()) {
                    byKind.add(new Group(new ArrayList<>(), backward));
                }
                byKind.get(problem.kind(b)).blocks().add(b);
            }
            byKind.stream()
                    .filter(g -> problem.block(g.blocks().get(0)).overlaps(g.async()))
                    .map(g -> g.without(whole))
                    .filter(g -> !g.blocks().isEmpty())
                    .forEach(groups::add);
        }
    }

    int count() {
        return groups.size();
    }

    /** Compute, slowed down by communication. */
    double compute(int group, Evaluation evaluation) {
        Group g = groups.get(group);
        double sum = 0;
        for (int b : g.blocks()) {
            sum += evaluation.amount(b, g.compute());
            sum += problem.scaledBySlowdown(evaluation.amount(b, g.async()));
        }
        return sum;
    }

    double async(int group, Evaluation evaluation) {
        Group g = groups.get(group);
        double sum = 0;
        for (int b : g.blocks()) {
            sum += evaluation.amount(b, g.async());
        }
        return sum;
    }

    /** Time outside the groups. */
    double rest(Evaluation evaluation) {
        double sum = evaluation.time();
        for (Group g : groups) {
            for (int b : g.blocks()) {
                sum -= Evaluation.segment(problem, evaluation.amount(b, g.compute()), evaluation.amount(b, g.async()));
            }
        }
        return sum;
    }

    List<SegmentShare> shares(double[] byGroup) {
        List<SegmentShare> shares = new ArrayList<>();
        for (int s = 0; s < byGroup.length; s++) {
            long share = Math.round(Math.min(1, Math.max(0, byGroup[s])) * Prices.ONE);
            for (int b : groups.get(s).blocks()) {
                shares.add(new SegmentShare(b, groups.get(s).backward(), share));
            }
        }
        return shares;
    }
}
