package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All options of a block whose priced sum is at most a threshold and that no other option beats in everything. They are listed in the
 * order of elimination: what a node and the tables with it add up to, for all joint labels of the nodes around it.
 */
final class BlockOptions {
    private static final int TIMES = Quantity.STATIC.ordinal();

    /** So many times the beam are kept for all joint labels of a step. */
    private static final int JOINT_LABELS = 32;

    /** Joint labels of one step beyond which a search is not worth its memory. */
    private static final int MOST_ROWS = 1 << 19;

    private final Problem problem;
    private final Narrowed narrowed;
    private final Block block;
    private final EliminationPlan plan;
    private final long most;
    private final Work work;
    private final int beam;
    private final int[] labels;
    private PointGroups groups;
    private final boolean[] overlaps;
    private final List<Table> tables = new ArrayList<>();
    private long compared;
    private boolean complete = true;

    /** Amounts by quantity, then by group of points; what they cost; the labels they come from. */
    private record Partial(long[] amounts, long cost, int node, int label, List<Partial> parts) {
        void write(int[] labels) {
            if (node >= 0) {
                labels[node] = label;
            }
            parts.forEach(p -> p.write(labels));
        }
    }

    /**
     * The result of a step.
     *
     * @param factors that are in it
     */
    private record Table(BitSet factors, PointGroups groups, List<List<Partial>> byKey) {}

    /**
     * What was found.
     *
     * @param byBoundary options by joint entry label, then joint exit label
     * @param complete whether the beam left none out
     */
    record Listing(List<List<List<Option>>> byBoundary, boolean complete) {}

    private BlockOptions(Problem problem, Narrowed narrowed, EliminationPlan plan, long most, Work work, int beam) {
        this.problem = problem;
        this.narrowed = narrowed;
        this.most = most;
        this.work = work;
        this.beam = beam;
        block = narrowed.block();
        this.plan = plan;
        labels = new int[block.nodes()];
        groups = PointGroups.apart(block.points());
        overlaps = new boolean[] {block.overlaps(Quantity.FORWARD_ASYNC), block.overlaps(Quantity.BACKWARD_ASYNC)};
    }

    /**
     * Options by joint entry label and joint exit label of the whole block; empty if the work that may be done does not suffice.
     *
     * @param most priced sum of the whole chain that is looked for
     * @param beam partial options kept for the same labels
     */
    static Optional<Listing> list(Chain chain, int b, Narrowed narrowed, long most, Work work, int beam) {
        List<List<List<Option>>> result = new ArrayList<>();
        for (int i = 0; i < chain.entries(b).size(); i++) {
            List<List<Option>> row = new ArrayList<>();
            for (int j = 0; j < chain.exits(b).size(); j++) {
                row.add(new ArrayList<>());
            }
            result.add(row);
        }
        if (narrowed.isEmpty()) {
            return Optional.of(new Listing(result, true));
        }
        return plan(narrowed.block())
                .flatMap(p -> new BlockOptions(chain.problem(), narrowed, p, most, work, beam).list(chain, b, result));
    }

    /** In which order nodes are gone through; empty if that is too much to hold. */
    private static Optional<EliminationPlan> plan(Block block) {
        try {
            return Optional.of(EliminationPlan.of(block, MOST_ROWS));
        } catch (IllegalArgumentException tooMany) {
            return Optional.empty();
        }
    }

    private Optional<Listing> list(Chain chain, int b, List<List<List<Option>>> result) {
        Elimination elimination = Elimination.run(plan, narrowed.priced());
        long[] outside = outside(elimination);
        long[][] rest = elimination.rest(outside);
        long[] around = new long[plan.last().entries()];
        Arrays.setAll(around, e -> outside[plan.joints()[e]]);
        work.spend(2 * elimination.additions() / Work.ADDITIONS);
        int factors = block.factors().size();
        for (int s = 0; s < plan.steps().size(); s++) {
            if (!add(plan.steps().get(s), rest[factors + s])) {
                return Optional.empty();
            }
        }
        if (!add(plan.last(), around)) {
            return Optional.empty();
        }
        Table last = tables.get(tables.size() - 1);
        for (int key = 0; key < last.byKey().size(); key++) {
            for (Partial partial : last.byKey().get(key)) {
                plan.write(plan.joints()[key], labels);
                partial.write(labels);
                int[] all = narrowed.whole(labels);
                List<Option> found = result.get(chain.entries(b).joint(all))
                        .get(chain.exits(b).joint(all));
                insert(found, option(partial.amounts(), last.groups(), all));
            }
        }
        return Optional.of(new Listing(result, complete));
    }

    /** What other blocks add at least, by joint label of the entries and exits. */
    private long[] outside(Elimination elimination) {
        Boundary entries = Boundary.entries(block);
        Boundary exits = Boundary.exits(block);
        long[] outside = new long[elimination.joints()];
        for (int key = 0; key < outside.length; key++) {
            plan.write(key, labels);
            outside[key] = narrowed.outside()[entries.joint(labels)][exits.joint(labels)];
        }
        return outside;
    }

    /** Adds the table of a step; false if there is too much to do. */
    private boolean add(EliminationPlan.Step step, long[] rest) {
        int count = block.factors().size();
        BitSet factors = new BitSet();
        List<Integer> own = new ArrayList<>();
        List<Integer> earlier = new ArrayList<>();
        for (int i = 0; i < step.inputs().length; i++) {
            int input = step.inputs()[i];
            if (input < count) {
                own.add(i);
                factors.set(input);
            } else {
                earlier.add(i);
                factors.or(tables.get(input - count).factors());
            }
        }
        BitSet coming = new BitSet();
        coming.set(0, count);
        coming.andNot(factors);
        groups = groups.larger(block, coming);
        Table table = new Table(factors, groups, new ArrayList<>());
        tables.add(table);
        for (int key = 0; key < rest.length; key++) {
            List<Partial> found = new ArrayList<>();
            table.byKey().add(found);
            for (int row = step.starts()[key]; rest[key] <= most && row < step.starts()[key + 1]; row++) {
                add(step, row, own, earlier, rest[key], table.groups(), found);
                if (work.isSpent()) {
                    return false;
                }
            }
            keepBest(found, beam);
        }
        keepBest(table.byKey(), rest);
        return true;
    }

    /** Adds up all for a row; some of it where there is too much to do. */
    private void add(
            EliminationPlan.Step step,
            int row,
            List<Integer> own,
            List<Integer> earlier,
            long rest,
            PointGroups groups,
            List<Partial> found) {
        long[] amounts = new long[Quantity.COUNT + block.points()];
        long cost = rest;
        for (int i : own) {
            int entry = step.at()[i][row];
            cost = FixedPoint.add(cost, narrowed.priced()[step.inputs()[i]][entry]);
            if (cost > most) {
                return;
            }
            addFactor(amounts, block.factors().get(step.inputs()[i]), entry);
        }
        int label = step.labels()[row];
        List<Partial> partials = List.of(new Partial(amounts, cost - rest, step.node(), label, List.of()));
        for (int i : earlier) {
            Table table = tables.get(step.inputs()[i] - block.factors().size());
            partials = joined(partials, table.groups(), table.byKey().get(step.at()[i][row]), rest);
        }
        for (Partial p : partials) {
            if (work.isSpent()) {
                return;
            }
            insert(
                    found,
                    new Partial(groups.merged(p.amounts(), Quantity.COUNT), p.cost(), step.node(), label, p.parts()));
            work.spend(compared / Work.COMPARISONS);
            compared %= Work.COMPARISONS;
        }
    }

    /** All pairs; some of them where there is too much to do. */
    private List<Partial> joined(List<Partial> partials, PointGroups groups, List<Partial> more, long rest) {
        List<Partial> result = new ArrayList<>();
        for (Partial p : partials) {
            if (work.isSpent()) {
                return result;
            }
            work.spend(more.size());
            for (Partial q : more) {
                long cost = FixedPoint.add(p.cost(), q.cost());
                if (FixedPoint.add(cost, rest) <= most) {
                    long[] sum = p.amounts().clone();
                    groups.add(sum, q.amounts(), Quantity.COUNT);
                    List<Partial> parts = new ArrayList<>(p.parts());
                    parts.add(q);
                    result.add(new Partial(sum, cost, p.node(), p.label(), parts));
                }
            }
        }
        return result;
    }

    private void addFactor(long[] amounts, Factor factor, int entry) {
        for (int q : factor.used()) {
            if (narrowed.timed() || q >= TIMES) {
                amounts[place(q)] += factor.amounts(q)[entry];
            }
        }
    }

    /** Where an amount is counted: compute that nothing runs beside is plain time. */
    private int place(int quantity) {
        if (quantity == Quantity.FORWARD_COMPUTE.ordinal() && !overlaps[0]
                || quantity == Quantity.BACKWARD_COMPUTE.ordinal() && !overlaps[1]) {
            return Quantity.TIME.ordinal();
        }
        return quantity;
    }

    private void insert(List<Partial> others, Partial partial) {
        for (Partial other : others) {
            compared++;
            if (dominates(other.amounts(), partial.amounts())) {
                return;
            }
        }
        compared += others.size();
        others.removeIf(o -> dominates(partial.amounts(), o.amounts()));
        others.add(partial);
    }

    private static boolean dominates(long[] a, long[] b) {
        for (int q = 0; q < a.length; q++) {
            if (a[q] > b[q]) {
                return false;
            }
        }
        return true;
    }

    private void keepBest(List<Partial> partials, int most) {
        if (partials.size() > most) {
            partials.sort(Comparator.comparingLong(Partial::cost));
            partials.subList(most, partials.size()).clear();
            complete = false;
        }
    }

    /** Keeps the best of all joint labels. */
    private void keepBest(List<List<Partial>> byKey, long[] rest) {
        long kept = (long) beam * JOINT_LABELS;
        if (byKey.stream().mapToLong(List::size).sum() <= kept) {
            return;
        }
        List<Long> ranks = new ArrayList<>();
        for (int key = 0; key < rest.length; key++) {
            long own = rest[key];
            byKey.get(key).forEach(p -> ranks.add(p.cost() + own));
        }
        ranks.sort(Comparator.naturalOrder());
        long last = ranks.get((int) kept - 1);
        for (int key = 0; key < rest.length; key++) {
            long own = rest[key];
            byKey.get(key).removeIf(p -> p.cost() + own > last);
        }
        complete = false;
    }

    private Option option(long[] a, PointGroups groups, int[] all) {
        long forward = Option.NONE;
        long backward = Option.NONE;
        for (int p = 0; p < groups.of().length; p++) {
            long live = a[Quantity.COUNT + groups.of()[p]];
            if (p < block.forwardPoints()) {
                forward = Math.max(forward, live);
            } else {
                backward = Math.max(backward, live);
            }
        }
        return new Option(
                Evaluation.time(problem, a),
                a[Quantity.STATIC.ordinal()],
                a[Quantity.KEPT.ordinal()],
                a[Quantity.GRADIENT.ordinal()],
                forward,
                backward,
                all);
    }

    private static void insert(List<Option> options, Option option) {
        if (options.stream().noneMatch(o -> o.dominates(option))) {
            options.removeIf(option::dominates);
            options.add(option);
        }
    }
}
