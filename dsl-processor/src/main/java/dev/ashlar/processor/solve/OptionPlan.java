package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How the options of a block are listed: exits first, then its other nodes, so that few joint labels are open at a time. At level {@code k} the nodes from the
 * {@code k}-th on have labels. Time points that all coming tables treat alike are one group: only their maximum matters.
 */
final class OptionPlan {
    /** Joint labels of a level that are too many. */
    private static final double LARGEST = 1 << 21;

    private final Block block;
    private final int[] order;
    private final List<List<Integer>> factorsAt = new ArrayList<>();
    private final List<int[]> scopes = new ArrayList<>();
    private final List<EliminationPlan.Step> steps = new ArrayList<>();
    private final List<int[]> groups = new ArrayList<>();
    private final boolean[] overlaps;

    private OptionPlan(Block block, int[] order) {
        this.block = block;
        this.order = order;
        overlaps = new boolean[] {block.overlaps(Quantity.FORWARD_ASYNC), block.overlaps(Quantity.BACKWARD_ASYNC)};
        placeFactors();
        planPotentials();
        for (int level = 0; level <= order.length; level++) {
            groups.add(groups(level));
        }
    }

    /** Empty if the joint labels of some level are too many to hold. */
    static Optional<OptionPlan> of(Block block) {
        BitSet left = new BitSet();
        left.set(0, block.nodes());
        BitSet frontier = new BitSet();
        frontier.set(0, block.entries());
        for (int exit : block.exits()) {
            left.clear(exit);
            frontier.set(exit);
        }
        int[] order = new int[left.cardinality()];
        boolean fits = joint(block, frontier) <= LARGEST;
        for (int level = 0; level < order.length && fits; level++) {
            int best = left.nextSetBit(0);
            for (int node = best; node >= 0; node = left.nextSetBit(node + 1)) {
                boolean fewer = joint(block, without(block, frontier, node, left))
                        < joint(block, without(block, frontier, best, left));
                best = fewer ? node : best;
            }
            order[level] = best;
            frontier = without(block, frontier, best, left);
            left.clear(best);
            fits = joint(block, frontier) <= LARGEST;
        }
        return fits ? Optional.of(new OptionPlan(block, order)) : Optional.empty();
    }

    /** What is open once a node that is left is no more. */
    private static BitSet without(Block block, BitSet frontier, int node, BitSet left) {
        BitSet next = (BitSet) frontier.clone();
        for (Factor factor : block.factors()) {
            if (Arrays.stream(factor.scope()).anyMatch(n -> n == node)) {
                Arrays.stream(factor.scope())
                        .filter(n -> left.get(n) || frontier.get(n))
                        .forEach(next::set);
            }
        }
        next.clear(node);
        return next;
    }

    private static double joint(Block block, BitSet nodes) {
        return nodes.stream().mapToDouble(block::labels).reduce(1, (a, b) -> a * b);
    }

    private void placeFactors() {
        int[] levelOf = new int[block.nodes()];
        Arrays.fill(levelOf, order.length);
        for (int level = 0; level < order.length; level++) {
            levelOf[order[level]] = level;
        }
        for (int level = 0; level <= order.length; level++) {
            factorsAt.add(new ArrayList<>());
        }
        for (int f = 0; f < block.factors().size(); f++) {
            int level = order.length;
            for (int node : block.factors().get(f).scope()) {
                level = Math.min(level, levelOf[node]);
            }
            factorsAt.get(level).add(f);
        }
    }

    /** Tables: factors, then the thresholds, then the result of every step. */
    private void planPotentials() {
        List<int[]> tables = new ArrayList<>();
        block.factors().forEach(f -> tables.add(f.scope()));
        TreeSet<Integer> scope = new TreeSet<>();
        for (int node = 0; node < block.entries(); node++) {
            scope.add(node);
        }
        Arrays.stream(block.exits()).forEach(scope::add);
        scopes.add(toArray(scope));
        tables.add(toArray(scope));
        for (int level = 0; level < order.length; level++) {
            List<Integer> inputs = new ArrayList<>(List.of(tables.size() - 1));
            inputs.addAll(factorsAt.get(level));
            for (int f : factorsAt.get(level)) {
                Arrays.stream(block.factors().get(f).scope()).forEach(scope::add);
            }
            scope.remove(order[level]);
            steps.add(EliminationPlan.step(block, order[level], toArray(scope), inputs, tables));
            scopes.add(toArray(scope));
            tables.add(toArray(scope));
        }
    }

    private static int[] toArray(TreeSet<Integer> set) {
        return set.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The group of every point at a level. */
    private int[] groups(int level) {
        List<Integer> firsts = new ArrayList<>();
        int[] result = new int[block.points()];
        for (int p = 0; p < result.length; p++) {
            int group = 0;
            while (group < firsts.size() && !alike(firsts.get(group), p, level)) {
                group++;
            }
            if (group == firsts.size()) {
                firsts.add(p);
            }
            result[p] = group;
        }
        return result;
    }

    private boolean alike(int p, int q, int level) {
        boolean alike = p < block.forwardPoints() == q < block.forwardPoints();
        for (int k = 0; k < level; k++) {
            for (int f : factorsAt.get(k)) {
                Factor factor = block.factors().get(f);
                alike = alike
                        && Arrays.equals(factor.amounts(Quantity.ofPoint(p)), factor.amounts(Quantity.ofPoint(q)));
            }
        }
        return alike;
    }

    Block block() {
        return block;
    }

    int levels() {
        return order.length;
    }

    /** The node that gets its label on the way from level {@code k + 1} to level {@code k}. */
    int node(int level) {
        return order[level];
    }

    /** Factors whose last label is the one of {@link #node}; at the highest level those of exits alone. */
    List<Integer> factorsAt(int level) {
        return factorsAt.get(level);
    }

    /** Nodes with labels that coming tables read, and the exits; ascending. At level 0 the entries and exits. */
    int[] scope(int level) {
        return scopes.get(level);
    }

    /** The least sum of coming tables, thresholds first, one level after another. */
    List<EliminationPlan.Step> steps() {
        return steps;
    }

    /** By point; groups are numbered by their first point. */
    int[] groupsAt(int level) {
        return groups.get(level);
    }

    /** Where an amount of time is counted: compute that nothing runs beside is plain time. */
    int place(int quantity) {
        if (quantity == Quantity.FORWARD_COMPUTE.ordinal() && !overlaps[0]
                || quantity == Quantity.BACKWARD_COMPUTE.ordinal() && !overlaps[1]) {
            return Quantity.TIME.ordinal();
        }
        return quantity;
    }
}
