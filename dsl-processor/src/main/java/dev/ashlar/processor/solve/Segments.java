package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.SegmentShare;
import java.util.ArrayList;
import java.util.List;

/** The directions of blocks that communicate beside their compute; equal blocks have one share in common. */
final class Segments {
    private final Problem problem;
    private final List<Group> groups = new ArrayList<>();

    /** Blocks of one kind, in one direction. */
    record Group(List<Integer> blocks, boolean backward) {
        Quantity compute() {
            return backward ? Quantity.BACKWARD_COMPUTE : Quantity.FORWARD_COMPUTE;
        }

        Quantity async() {
            return backward ? Quantity.BACKWARD_ASYNC : Quantity.FORWARD_ASYNC;
        }
    }

    Segments(Problem problem) {
        this.problem = problem;
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

    /** Time outside the groups, where compute is all. */
    double rest(Evaluation evaluation) {
        double sum = 0;
        for (int b = 0; b < problem.blocks().size(); b++) {
            sum += evaluation.amount(b, Quantity.TIME);
            sum += evaluation.amount(b, Quantity.FORWARD_COMPUTE);
            sum += evaluation.amount(b, Quantity.BACKWARD_COMPUTE);
        }
        for (Group g : groups) {
            for (int b : g.blocks()) {
                sum -= evaluation.amount(b, g.compute());
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
