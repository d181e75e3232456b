package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Proof.Case;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A problem without what cannot matter. Labels that are not allowed go, and those whose place another label takes in every labelling. A
 * time point {@code p} goes for a point {@code q} of the same block with {@code sum over tables of max (l_p - l_q) <= 0}: then
 * {@code mem_p <= mem_q} for every labelling, also where {@code p} is a forward point and {@code q} a backward one, for gradients are
 * at least zero. Variables stay, and equal blocks stay equal: they keep what one of them may need.
 */
final class Reduction {
    /** Entries of a table that are looked at first. */
    private static final int SAMPLES = 12;

    /** Entries of every table that are looked at before. */
    private static final int EXAMPLES = 4;

    private final Problem problem;
    private final List<int[]> points = new ArrayList<>();
    private final int[][][] stands;

    /**
     * What is left of a block.
     *
     * @param points that are left, ascending
     * @param block with the labels and points that are left
     */
    record Kind(Labels labels, int[] points, Block block) {
        static Kind of(Block whole, BitSet[] allowed) {
            Labels labels = new Labels(whole, allowed);
            int[] points = peaks(labels.narrowed());
            return new Kind(labels, points, labels.narrowed().withPoints(points));
        }

        /** All labels are allowed. */
        static Kind of(Block whole) {
            BitSet[] all = new BitSet[whole.nodes()];
            Arrays.setAll(all, node -> all(whole.labels(node)));
            return of(whole, all);
        }
    }

    /** @param kinds of the problem's blocks, by their number */
    private Reduction(Problem whole, List<Kind> kinds) {
        List<Block> blocks = new ArrayList<>();
        stands = new int[whole.variables()][][];
        for (int b = 0; b < whole.blocks().size(); b++) {
            Kind kind = kinds.get(whole.kind(b));
            blocks.add(kind.block());
            points.add(kind.points());
            for (int node = 0; node < whole.block(b).nodes(); node++) {
                stands[whole.variable(b, node)] = kind.labels().stands(node);
            }
        }
        problem = Problem.of(blocks, whole.slowdownNumerator(), whole.slowdownDenominator());
    }

    /** Nothing goes. */
    private Reduction(Problem whole) {
        problem = whole;
        stands = new int[whole.variables()][][];
        for (int v = 0; v < stands.length; v++) {
            int[][] own = new int[whole.labels(v)][];
            Arrays.setAll(own, label -> new int[] {label});
            stands[v] = own;
        }
        whole.blocks().forEach(b -> points.add(IntStream.range(0, b.points()).toArray()));
    }

    /** Nothing goes. */
    static Reduction none(Problem problem) {
        return new Reduction(problem);
    }

    /** All labels are allowed. */
    static Reduction of(Problem problem) {
        return of(problem, new BlockStore());
    }

    /** The same; what is left of blocks that are stored is that. */
    static Reduction of(Problem problem, BlockStore store) {
        List<Kind> kinds = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            if (problem.kind(b) == kinds.size()) {
                kinds.add(store.kind(problem.block(b)));
            }
        }
        return new Reduction(problem, kinds);
    }

    private static BitSet all(int count) {
        BitSet labels = new BitSet();
        labels.set(0, count);
        return labels;
    }

    /**
     * A problem with fewer labels.
     *
     * @param allowed labels by variable, at least one each
     */
    static Reduction of(Problem problem, BitSet[] allowed) {
        NodeClasses classes = new NodeClasses(problem);
        BitSet[] union = classes.union(allowed);
        List<Kind> kinds = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            if (problem.kind(b) == kinds.size()) {
                int at = b;
                BitSet[] own = new BitSet[problem.block(b).nodes()];
                Arrays.setAll(own, node -> union[classes.of(at, node)]);
                kinds.add(Kind.of(problem.block(b), own));
            }
        }
        return new Reduction(problem, kinds);
    }

    /** Points of a block that may be the peak, ascending. */
    static int[] peaks(Block block) {
        return peaks(block, p -> false);
    }

    /** The same and those that {@code also} are to stay. */
    static int[] peaks(Block block, IntPredicate also) {
        boolean[] left = new boolean[block.points()];
        Arrays.fill(left, true);
        List<long[]> examples = examples(block);
        for (int p = 0; p < left.length; p++) {
            for (int q = left.length - 1; q >= 0 && left[p] && !also.test(p); q--) {
                boolean comparable = p < block.forwardPoints() || q >= block.forwardPoints();
                left[p] = q == p || !left[q] || !comparable || isAbove(examples, p, q) || !isBelow(block, p, q);
            }
        }
        return IntStream.range(0, left.length).filter(p -> left[p]).toArray();
    }

    /** Amounts by quantity with one allowed entry of every table, the tables by themselves: no sum of the most that tables differ by is below. */
    private static List<long[]> examples(Block block) {
        List<long[]> examples = new ArrayList<>();
        for (int example = 0; example < EXAMPLES; example++) {
            long[] amounts = new long[Quantity.COUNT + block.points()];
            for (Factor factor : block.factors()) {
                int entry = factor.allowed((int) ((long) factor.size() * example / EXAMPLES));
                if (entry >= 0) {
                    factor.add(entry, amounts);
                }
            }
            Factor.sum(amounts);
            examples.add(amounts);
        }
        return examples;
    }

    private static boolean isAbove(List<long[]> examples, int p, int q) {
        for (long[] amounts : examples) {
            if (amounts[Quantity.ofPoint(p)] > amounts[Quantity.ofPoint(q)]) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBelow(Block block, int p, int q) {
        return mostAbove(block, p, q, SAMPLES) <= 0 && mostAbove(block, p, q, Integer.MAX_VALUE) <= 0;
    }

    /** The most by which one point may exceed another, as far as some entries of every table tell: never more than it is. */
    private static long mostAbove(Block block, int p, int q, int samples) {
        long most = 0;
        for (Factor factor : block.factors()) {
            int step = Math.max(1, factor.size() / samples);
            most += factor.mostAbove(Quantity.ofPoint(p), Quantity.ofPoint(q), step);
        }
        return most;
    }

    Problem problem() {
        return problem;
    }

    /** The labelling of the whole problem. */
    int[] whole(int[] x) {
        int[] all = new int[x.length];
        Arrays.setAll(all, v -> stands[v][x[v]][0]);
        return all;
    }

    /** The labelling that takes the place of one of the whole problem, no worse than it; empty if a label is not allowed. */
    Optional<int[]> reduced(int[] whole) {
        int[] x = new int[whole.length];
        for (int v = 0; v < x.length; v++) {
            int label = whole[v];
            int[][] own = stands[v];
            x[v] = IntStream.range(0, own.length)
                    .filter(l -> Arrays.stream(own[l]).anyMatch(s -> s == label))
                    .findFirst()
                    .orElse(-1);
            if (x[v] < 0) {
                return Optional.empty();
            }
        }
        return Optional.of(x);
    }

    /** A proof for the labels that are allowed, with points and labels of the whole problem. */
    Proof whole(Proof proof) {
        if (proof instanceof Proof.Dual dual) {
            return new Proof.Dual(whole(dual.prices()), dual.bound());
        }
        if (proof instanceof Proof.Search search) {
            return new Proof.Search(whole(search.prices()), search.bound());
        }
        if (proof instanceof Proof.Relaxed relaxed) {
            return new Proof.Relaxed(whole(relaxed.prices()), relaxed.raises(), relaxed.bound());
        }
        if (proof instanceof Proof.Narrow narrow) {
            return new Proof.Narrow(whole(narrow.prices()), narrow.limit(), whole(narrow.rest()));
        }
        if (proof instanceof Proof.Fit fit) {
            return new Proof.Fit(whole(fit.prices()), whole(fit.rest()));
        }
        Proof.Split split = (Proof.Split) proof;
        return new Proof.Split(
                split.variable(),
                split.cases().stream()
                        .map(c -> new Case(whole(split.variable(), c.labels()), whole(c.proof())))
                        .toList());
    }

    /** Prices of the points that are left. */
    Prices reduced(Prices whole) {
        List<PointPrice> left = new ArrayList<>();
        for (PointPrice p : whole.points()) {
            int point = Arrays.binarySearch(points.get(p.block()), p.point());
            if (point >= 0) {
                left.add(new PointPrice(p.block(), point, p.price()));
            }
        }
        return new Prices(left, whole.segments());
    }

    private List<Integer> whole(int variable, List<Integer> labels) {
        return labels.stream()
                .flatMap(l -> Arrays.stream(stands[variable][l]).boxed())
                .toList();
    }

    private Prices whole(Prices prices) {
        return new Prices(
                prices.points().stream()
                        .map(p -> new PointPrice(p.block(), points.get(p.block())[p.point()], p.price()))
                        .toList(),
                prices.segments());
    }
}
