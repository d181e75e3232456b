package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** The priced problem, solved exactly: least sums of prefixes and suffixes by boundary label, and a labelling that attains the least. */
final class Relaxation {
    private final Chain chain;
    private final Pricing pricing;
    private final int[] classes;
    private final List<PricedBlock> priced;
    private final List<long[]> leasts;
    private final long[][] before;
    private final long[][] after;
    private final long least;

    private Relaxation(Chain chain, Pricing pricing, int[] classes, List<PricedBlock> priced, List<long[]> leasts) {
        this.chain = chain;
        this.pricing = pricing;
        this.classes = classes;
        this.priced = priced;
        this.leasts = leasts;
        int n = chain.blocks();
        before = new long[n + 1][];
        before[0] = new long[] {0};
        for (int b = 0; b < n; b++) {
            before[b + 1] = forward(
                    chain.plan(b).joints(),
                    before[b],
                    leasts.get(classes[b]),
                    chain.exits(b).size());
        }
        after = new long[n + 1][];
        after[n] = new long[] {0};
        for (int b = n - 1; b >= 0; b--) {
            after[b] = backward(
                    chain.plan(b).joints(),
                    after[b + 1],
                    leasts.get(classes[b]),
                    chain.entries(b).size());
        }
        least = before[n][0];
    }

    static Relaxation of(Chain chain, Pricing pricing) {
        int[] classes = new int[chain.blocks()];
        List<PricedBlock> priced = new ArrayList<>();
        for (int b = 0; b < classes.length; b++) {
            classes[b] = classOf(chain, b, pricing.coefficients(b), priced);
        }
        List<long[]> leasts = priced.stream().map(PricedBlock::least).toList();
        return new Relaxation(chain, pricing, classes, priced, leasts);
    }

    /** The same at other prices; what costs the same there comes to as much as is known here. */
    Relaxation at(Pricing other) {
        int[] own = new int[classes.length];
        List<PricedBlock> blocks = new ArrayList<>(priced);
        for (int b = 0; b < own.length; b++) {
            own[b] = classOf(chain, b, other.coefficients(b), blocks);
        }
        int[] used = IntStream.of(own).distinct().sorted().toArray();
        List<PricedBlock> left = IntStream.of(used).mapToObj(blocks::get).toList();
        List<long[]> known = IntStream.of(used)
                .mapToObj(c -> c < leasts.size() ? leasts.get(c) : blocks.get(c).least())
                .toList();
        int[] numbers = IntStream.of(own).map(c -> Arrays.binarySearch(used, c)).toArray();
        return new Relaxation(chain, other, numbers, left, known);
    }

    /** The same where blocks of a class are known to come to more than their priced sums, by place of a joint label. */
    Relaxation raised(int c, long[] higher) {
        List<long[]> leasts = new ArrayList<>(this.leasts);
        leasts.set(c, higher);
        return new Relaxation(chain, pricing, classes, priced, leasts);
    }

    /** The same where all blocks come to at least as much as in another one of the same chain. */
    Relaxation atLeast(Relaxation other) {
        List<long[]> higher = new ArrayList<>();
        for (int c = 0; c < leasts.size(); c++) {
            long[] own = leasts.get(c);
            long[] known = other.leasts.get(other.classOf(first(c)));
            long[] most = new long[own.length];
            Arrays.setAll(most, place -> Math.max(own[place], known[place]));
            higher.add(most);
        }
        return new Relaxation(chain, pricing, classes, priced, higher);
    }

    /** What blocks of a class come to at least, by place of a joint label. */
    long[] least(int c) {
        return leasts.get(c);
    }

    private static int classOf(Chain chain, int b, long[] coefficients, List<PricedBlock> priced) {
        Block block = chain.problem().block(b);
        for (int c = priced.size() - 1; c >= 0; c--) {
            if (priced.get(c).prices(block, coefficients)) {
                return c;
            }
        }
        priced.add(PricedBlock.of(chain.plan(b), coefficients));
        return priced.size() - 1;
    }

    private static long[] forward(Joints joints, long[] before, long[] least, int exits) {
        long[] result = new long[exits];
        Arrays.fill(result, FixedPoint.INFINITE);
        for (int place = 0; place < joints.size(); place++) {
            int exit = joints.exits()[place];
            result[exit] = Math.min(result[exit], before[joints.entries()[place]] + least[place]);
        }
        return result;
    }

    private static long[] backward(Joints joints, long[] after, long[] least, int entries) {
        long[] result = new long[entries];
        Arrays.fill(result, FixedPoint.INFINITE);
        for (int place = 0; place < joints.size(); place++) {
            int entry = joints.entries()[place];
            result[entry] = Math.min(result[entry], after[joints.exits()[place]] + least[place]);
        }
        return result;
    }

    /** The least priced sum; {@link FixedPoint#INFINITE} if every labelling is forbidden. */
    long least() {
        return least;
    }

    /** The bound on the time of labellings within the budget. */
    long bound(long budget) {
        return least - pricing.worth(budget);
    }

    Pricing pricing() {
        return pricing;
    }

    PricedBlock block(int b) {
        return priced.get(classes[b]);
    }

    /** Blocks of one class are the same and have the same prices. */
    int classOf(int b) {
        return classes[b];
    }

    /** The bound on the time within the goal's budget; for the peak the least that some labelling may need. */
    long bound(Goal goal) {
        return bound(goal, least);
    }

    /** The same where the least priced sum is another. */
    long bound(Goal goal, long sum) {
        return goal.timed() ? sum - pricing.worth(goal.budget()) : ruledOut(sum) + 1;
    }

    /** The largest budget that prices rule out with which nothing comes to less. */
    private long ruledOut(long sum) {
        long low = -1;
        long high = sum;
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (sum - pricing.worth(middle) >= 1) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The least priced sum with every label of a boundary variable; {@link FixedPoint#INFINITE} if there is none. */
    long[] byLabel(int variable) {
        int b = chain.problem().owner(variable);
        int[] exits = chain.problem().block(b).exits();
        int k = 0;
        while (chain.problem().variable(b, exits[k]) != variable) {
            k++;
        }
        long[] sums = new long[chain.problem().labels(variable)];
        Arrays.fill(sums, FixedPoint.INFINITE);
        for (int j = 0; j < chain.exits(b).size(); j++) {
            int label = chain.exits(b).label(j, k);
            sums[label] = Math.min(sums[label], FixedPoint.add(before[b + 1][j], after[b + 1][j]));
        }
        return sums;
    }

    /** The least priced sum by node and label of a block; {@link FixedPoint#INFINITE} if there is none. */
    long[][] byNode(int b) {
        return block(b).byLabel(outside(List.of(b)));
    }

    /** How many blocks a class has. */
    int count(int c) {
        return (int) IntStream.of(classes).filter(own -> own == c).count();
    }

    /** The first block of a class. */
    int first(int c) {
        int b = 0;
        while (classes[b] != c) {
            b++;
        }
        return b;
    }

    /** The least priced sum of the blocks around one of a class, by place of its joint label. */
    long[] outside(int c) {
        return outside(IntStream.range(0, classes.length)
                .filter(b -> classes[b] == c)
                .boxed()
                .toList());
    }

    private long[] outside(List<Integer> blocks) {
        Joints joints = chain.plan(blocks.get(0)).joints();
        long[] outside = new long[joints.size()];
        Arrays.fill(outside, FixedPoint.INFINITE);
        blocks.forEach(b -> lower(outside, joints, before[b], after[b + 1]));
        return outside;
    }

    private static void lower(long[] outside, Joints joints, long[] before, long[] after) {
        for (int place = 0; place < outside.length; place++) {
            long around = FixedPoint.add(before[joints.entries()[place]], after[joints.exits()[place]]);
            outside[place] = Math.min(outside[place], around);
        }
    }

    /** Labels by variable with which the priced sum may be at most {@code most}; those that a block of the same class may need too. */
    BitSet[] atMost(long most) {
        BitSet[] labels = new BitSet[chain.problem().variables()];
        List<int[][]> byClass = new ArrayList<>();
        for (int c = 0; c < priced.size(); c++) {
            byClass.add(priced.get(c).atMost(outside(c), most));
        }
        for (int b = 0; b < classes.length; b++) {
            int[][] own = byClass.get(classes[b]);
            for (int node = 0; node < own.length; node++) {
                BitSet left = new BitSet();
                Arrays.stream(own[node]).forEach(left::set);
                int v = chain.problem().variable(b, node);
                if (chain.problem().owner(v) == b) {
                    labels[v] = left;
                } else {
                    labels[v].and(left);
                }
            }
        }
        return labels;
    }

    /** Table entries that were added up. */
    long additions() {
        return priced.stream().mapToLong(PricedBlock::additions).sum();
    }

    int classes() {
        return priced.size();
    }

    /** Least priced sum of the blocks before {@code b}, by joint entry label of {@code b}. */
    long[] before(int b) {
        return before[b];
    }

    /** Least priced sum of block {@code b} and all later ones, by joint entry label of {@code b}. */
    long[] after(int b) {
        return after[b];
    }

    /** A labelling that attains the least sum, the first in the order of labels from the last block on. */
    int[] labelling() {
        int[] x = new int[chain.problem().variables()];
        int j = 0;
        for (int b = chain.blocks() - 1; b >= 0; b--) {
            int i = entry(b, j);
            Block block = chain.problem().block(b);
            int[] labels = new int[block.nodes()];
            chain.exits(b).write(j, labels);
            chain.entries(b).write(i, labels);
            block(b).complete(labels);
            for (int node = 0; node < labels.length; node++) {
                x[chain.problem().variable(b, node)] = labels[node];
            }
            j = i;
        }
        return x;
    }

    /** The joint entry label of a block that leads to a joint exit label at the least sum; the first among equals. */
    private int entry(int b, int exit) {
        Joints joints = chain.plan(b).joints();
        long[] own = block(b).least();
        int best = 0;
        long least = FixedPoint.INFINITE;
        for (int place = 0; place < own.length; place++) {
            int entry = joints.entries()[place];
            long sum = before[b][entry] + own[place];
            if (joints.exits()[place] == exit && (sum < least || sum == least && entry < best)) {
                best = entry;
                least = sum;
            }
        }
        return best;
    }
}
