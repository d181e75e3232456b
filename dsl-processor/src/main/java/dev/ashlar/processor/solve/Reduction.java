package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Proof.Case;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * A problem without the time points that are never the peak. A point {@code p} goes for a point {@code q} of the same block with
 * {@code sum over tables of max (l_p - l_q) <= 0}: then {@code mem_p <= mem_q} for every labelling, also where {@code p} is a forward
 * point and {@code q} a backward one, for gradients are at least zero. Labels stay what they are.
 */
final class Reduction {
    private final Problem problem;
    private final List<int[]> points;

    private Reduction(Problem problem, List<int[]> points) {
        this.problem = problem;
        this.points = points;
    }

    static Reduction of(Problem problem) {
        Map<Block, int[]> left = new IdentityHashMap<>();
        Map<Block, Block> smaller = new IdentityHashMap<>();
        List<Block> blocks = new ArrayList<>();
        List<int[]> points = new ArrayList<>();
        for (Block block : problem.blocks()) {
            int[] own = left.computeIfAbsent(block, Reduction::peaks);
            points.add(own);
            blocks.add(smaller.computeIfAbsent(block, b -> b.withPoints(own)));
        }
        Problem reduced = Problem.of(blocks, problem.slowdownNumerator(), problem.slowdownDenominator());
        return new Reduction(reduced, points);
    }

    /** Points of a block that may be the peak, ascending. */
    static int[] peaks(Block block) {
        return peaks(block, p -> false);
    }

    /** The same and those that {@code also} are to stay. */
    static int[] peaks(Block block, IntPredicate also) {
        boolean[] left = new boolean[block.points()];
        Arrays.fill(left, true);
        for (int p = 0; p < left.length; p++) {
            for (int q = left.length - 1; q >= 0 && left[p] && !also.test(p); q--) {
                boolean comparable = p < block.forwardPoints() || q >= block.forwardPoints();
                left[p] = q == p || !left[q] || !comparable || !isBelow(block, p, q);
            }
        }
        int[] peaks = new int[left.length];
        int count = 0;
        for (int p = 0; p < left.length; p++) {
            if (left[p]) {
                peaks[count++] = p;
            }
        }
        return Arrays.copyOf(peaks, count);
    }

    private static boolean isBelow(Block block, int p, int q) {
        long most = 0;
        for (Factor factor : block.factors()) {
            most += factor.mostAbove(Quantity.ofPoint(p), Quantity.ofPoint(q));
        }
        return most <= 0;
    }

    Problem problem() {
        return problem;
    }

    /** What was found, with prices of the whole problem's points. */
    Outcome whole(Outcome outcome) {
        if (outcome instanceof Outcome.Feasible feasible) {
            return new Outcome.Feasible(feasible.solution(), whole(feasible.certificate()));
        }
        if (outcome instanceof Outcome.Infeasible infeasible) {
            return new Outcome.Infeasible(
                    infeasible.smallestBudget(), infeasible.solution(), whole(infeasible.certificate()));
        }
        return outcome;
    }

    private Certificate whole(Certificate certificate) {
        return new Certificate(certificate.budget(), certificate.timed(), whole(certificate.proof()));
    }

    private Proof whole(Proof proof) {
        if (proof instanceof Proof.Dual dual) {
            return new Proof.Dual(whole(dual.prices()), dual.bound());
        }
        if (proof instanceof Proof.Search search) {
            return new Proof.Search(whole(search.prices()), search.bound());
        }
        Proof.Split split = (Proof.Split) proof;
        return new Proof.Split(
                split.variable(),
                split.cases().stream()
                        .map(c -> new Case(c.labels(), whole(c.proof())))
                        .toList());
    }

    private Prices whole(Prices prices) {
        return new Prices(
                prices.points().stream()
                        .map(p -> new PointPrice(p.block(), points.get(p.block())[p.point()], p.price()))
                        .toList(),
                prices.segments());
    }
}
