package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All options of a block whose priced sum is at most a threshold and that no other option beats in everything. They are listed in the
 * order of elimination: what a node and the tables with it add up to, for all joint labels of the nodes around it.
 */
final class BlockOptions {
    /** So many times the beam are kept for all joint labels of a step. */
    private static final int JOINT_LABELS = 32;

    /** Joint labels of one step beyond which a search is not worth its memory. */
    private static final int MOST_ROWS = 1 << 19;

    /** Partial options of one joint label that are held before those go that others beat. */
    private static final int BUFFER = 1 << 12;

    /** Amounts of partial options of all steps that are not worth their memory. */
    private static final int MOST_HELD = 1 << 22;

    /** The same of one row of a step. */
    private static final int MOST_JOINED = 1 << 20;

    private final Problem problem;
    private final Narrowed narrowed;
    private final Block block;
    private final EliminationPlan plan;
    private final long most;
    private final Work work;
    private final int beam;
    private final int[] labels;
    private PointGroups groups;
    private final Counted counted;
    private final List<Table> tables = new ArrayList<>();
    /** What entries of tables cost, by choice of prices, then table. */
    private final List<long[][]> priced;

    /** The least priced sum of the blocks around it, by choice of prices, then place of a joint label of the whole block. */
    private final List<long[]> around;

    private long compared;
    private int held;
    private boolean isTooMuch;
    private boolean complete = true;

    /** Amounts by quantity, then by group of points; what they cost, by choice of prices; the labels they come from. */
    private record Partial(long[] amounts, long[] costs, int node, int label, Partial[] parts) implements Front.Vector {
        @Override
        public long at(int quantity) {
            return amounts[quantity];
        }

        void write(int[] labels) {
            if (node >= 0) {
                labels[node] = label;
            }
            for (Partial part : parts) {
                part.write(labels);
            }
        }

        /** The sum of both. */
        Partial and(Partial other, PointGroups groups, int apart) {
            long[] sum = amounts.clone();
            groups.add(sum, other.amounts, apart);
            Partial[] more = Arrays.copyOf(parts, parts.length + 1);
            more[parts.length] = other;
            long[] costs = this.costs.clone();
            Arrays.setAll(costs, k -> this.costs[k] + other.costs[k]);
            return new Partial(sum, costs, node, label, more);
        }

        long cost() {
            return costs[0];
        }

        /** Whether the sum of both costs no more than is left. */
        boolean fits(Partial other, long[] spare) {
            for (int k = 0; k < spare.length; k++) {
                if (costs[k] + other.costs[k] > spare[k]) {
                    return false;
                }
            }
            return true;
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
     * @param byBoundary options by boundary labels
     * @param complete whether the beam left none out
     */
    record Listing(OptionTable byBoundary, boolean complete) {}

    /**
     * What is known around a block.
     *
     * @param outside the least priced sum of the other blocks, by place of a joint label
     * @param others relaxations at other prices that add up to as much: what is above {@code most} in one of them is no way
     */
    record Around(long[] outside, List<Relaxation> others) {}

    private BlockOptions(
            Problem problem,
            Narrowed narrowed,
            EliminationPlan plan,
            int b,
            List<Relaxation> others,
            long most,
            Work work,
            int beam) {
        this.problem = problem;
        this.narrowed = narrowed;
        this.most = most;
        this.work = work;
        this.beam = beam;
        block = narrowed.block();
        this.plan = plan;
        labels = new int[block.nodes()];
        groups = PointGroups.apart(block.points());
        counted = Counted.of(problem, narrowed);
        priced = new ArrayList<>();
        priced.add(narrowed.priced());
        Counted.shares(problem, narrowed)
                .forEach(c -> priced.add(block.factors().stream()
                        .map(f -> PricedBlock.priced(f, c))
                        .toArray(long[][]::new)));
        around = new ArrayList<>(Collections.nCopies(priced.size(), narrowed.around()));
        for (Relaxation other : others) {
            priced.add(narrowed.priced(other.block(b)));
            around.add(other.outside(other.classOf(b)));
        }
    }

    /**
     * Options by joint entry label and joint exit label of the whole block; empty if the work that may be done does not suffice.
     *
     * @param c class of the block
     * @param pricedAlone whether points with a price count alone
     * @param most priced sum of the whole chain that is looked for
     * @param beam partial options kept for the same labels
     */
    static Optional<Listing> list(
            Chain chain, Relaxation relaxation, int c, boolean pricedAlone, long most, Work work, int beam) {
        Around around = new Around(relaxation.outside(c), List.of());
        return list(chain, relaxation, c, around, pricedAlone, most, work, beam);
    }

    /** The same with what is known around the block. */
    static Optional<Listing> list(
            Chain chain,
            Relaxation relaxation,
            int c,
            Around around,
            boolean pricedAlone,
            long most,
            Work work,
            int beam) {
        int b = relaxation.first(c);
        work.spend(relaxation.block(b).additions() / Work.COMPARISONS);
        Narrowed narrowed = Narrowed.of(relaxation.block(b), around.outside(), most, pricedAlone);
        OptionTable result = new OptionTable(chain.entries(b).size());
        if (narrowed.isEmpty()) {
            return Optional.of(new Listing(result, true));
        }
        return plan(narrowed.block())
                .flatMap(p -> new BlockOptions(chain.problem(), narrowed, p, b, around.others(), most, work, beam)
                        .list(chain, b, result));
    }

    /** In which order nodes are gone through; empty if that is too much to hold. */
    private static Optional<EliminationPlan> plan(Block block) {
        try {
            return Optional.of(EliminationPlan.of(block, MOST_ROWS, 2L * MOST_ROWS));
        } catch (IllegalArgumentException tooMany) {
            return Optional.empty();
        }
    }

    private Optional<Listing> list(Chain chain, int b, OptionTable result) {
        long[][][] rest = new long[priced.size()][][];
        long[][] always = new long[rest.length][];
        for (int k = 0; k < rest.length; k++) {
            Elimination elimination = Elimination.run(plan, priced.get(k));
            always[k] = narrowed.outside(plan.joints(), around.get(k));
            rest[k] = elimination.rest(always[k]);
            work.spend(2 * elimination.additions() / Work.ADDITIONS);
        }
        int factors = block.factors().size();
        for (int s = 0; s < plan.steps().size(); s++) {
            int at = factors + s;
            if (!add(plan.steps().get(s), Arrays.stream(rest).map(r -> r[at]).toArray(long[][]::new))) {
                return Optional.empty();
            }
        }
        if (!add(plan.last(), always)) {
            return Optional.empty();
        }
        Table last = tables.get(tables.size() - 1);
        for (int key = 0; key < last.byKey().size(); key++) {
            for (Partial partial : last.byKey().get(key)) {
                plan.joints().write(key, labels);
                partial.write(labels);
                int[] all = narrowed.whole(labels);
                result.cell(chain.entries(b).joint(all), chain.exits(b).joint(all))
                        .add(option(partial.amounts(), last.groups(), all));
            }
        }
        result.replaceAll(options -> Front.of(options, Option.QUANTITIES, pairs -> compared += pairs));
        return Optional.of(new Listing(result, complete));
    }

    /** Adds the table of a step; false if there is too much to do. */
    private boolean add(EliminationPlan.Step step, long[][] rest) {
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
        for (int key = 0; key < rest[0].length; key++) {
            int at = key;
            long[] spare = Arrays.stream(rest).mapToLong(r -> most - r[at]).toArray();
            boolean open = Arrays.stream(spare).allMatch(s -> s >= 0);
            int behind = open ? step.starts()[key + 1] : 0;
            int enough = BUFFER;
            List<Partial> found = new ArrayList<>();
            for (int row = step.starts()[key]; row < behind; row++) {
                add(step, row, own, earlier, spare, table.groups(), found);
                if (found.size() > enough) {
                    found = front(found);
                    enough = 2 * found.size() + BUFFER;
                }
                if (work.isSpent() || isTooMuch) {
                    return false;
                }
            }
            List<Partial> left = front(found);
            left.sort(Comparator.comparingLong(Partial::cost));
            held += left.stream().mapToInt(p -> p.amounts().length).sum();
            keepBest(left, beam);
            table.byKey().add(left);
        }
        keepBest(table.byKey(), rest[0]);
        return held <= MOST_HELD;
    }

    private List<Partial> front(List<Partial> partials) {
        List<Partial> left = Front.of(
                partials, partials.isEmpty() ? 0 : partials.get(0).amounts().length, pairs -> compared += pairs);
        work.spend(compared / Work.COMPARISONS);
        compared %= Work.COMPARISONS;
        return left;
    }

    /** Adds up all for a row; some of it where there is too much to do. */
    private void add(
            EliminationPlan.Step step,
            int row,
            List<Integer> own,
            List<Integer> earlier,
            long[] spare,
            PointGroups groups,
            List<Partial> found) {
        long[] amounts = new long[counted.count() + block.points()];
        long[] costs = new long[priced.size()];
        for (int i : own) {
            int entry = step.at()[i][row];
            for (int k = 0; k < costs.length; k++) {
                costs[k] = FixedPoint.add(costs[k], priced.get(k)[step.inputs()[i]][entry]);
                if (costs[k] > spare[k]) {
                    return;
                }
            }
            counted.add(amounts, block.factors().get(step.inputs()[i]), entry);
        }
        List<Partial> partials = List.of(new Partial(amounts, costs, step.node(), step.labels()[row], new Partial[0]));
        for (int i : earlier) {
            Table table = tables.get(step.inputs()[i] - block.factors().size());
            partials = joined(partials, table.groups(), table.byKey().get(step.at()[i][row]), spare);
        }
        for (Partial p : partials) {
            found.add(new Partial(
                    groups.merged(p.amounts(), counted.count()), p.costs(), p.node(), p.label(), p.parts()));
        }
    }

    /** All pairs that cost little enough; some of them where there is too much to do. */
    private List<Partial> joined(List<Partial> partials, PointGroups groups, List<Partial> more, long[] spare) {
        List<Partial> result = new ArrayList<>();
        int enough = BUFFER;
        for (Partial p : partials) {
            int before = result.size();
            int tried = 0;
            for (; tried < more.size() && p.cost() + more.get(tried).cost() <= spare[0]; tried++) {
                if (p.fits(more.get(tried), spare)) {
                    result.add(p.and(more.get(tried), groups, counted.count()));
                }
            }
            work.spend(1 + result.size() - before + tried / Work.COMPARISONS);
            if (result.size() > enough) {
                result = front(result);
                enough = 2 * result.size() + BUFFER;
            }
            isTooMuch |= (long) result.size() * p.amounts().length > MOST_JOINED;
            if (isTooMuch || work.isSpent()) {
                return result;
            }
        }
        return result;
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
            long live = a[counted.count() + groups.of()[p]];
            if (p < block.forwardPoints()) {
                forward = Math.max(forward, live);
            } else {
                backward = Math.max(backward, live);
            }
        }
        return new Option(
                counted.time(problem, a),
                counted.amount(Quantity.STATIC, a),
                counted.amount(Quantity.KEPT, a),
                counted.amount(Quantity.GRADIENT, a),
                forward,
                backward,
                all);
    }
}
