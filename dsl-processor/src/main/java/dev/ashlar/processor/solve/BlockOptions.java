package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All options of a block whose priced sum is at most a threshold and that no other option beats in everything. */
final class BlockOptions {
    private static final int TIMES = Quantity.STATIC.ordinal();

    /** So many times the beam are kept for all labels of a level. */
    private static final int JOINT_LABELS = 32;

    private final Problem problem;
    private final OptionPlan plan;
    private final Narrowed narrowed;
    private final Work work;
    private final int beam;
    private final List<long[]> potentials = new ArrayList<>();
    private final int[] labels;
    private long compared;
    private boolean complete = true;

    /** Amounts by quantity, then by group of points; the label of the level's node; the labels before it; their rank. */
    private record Partial(
            long[] amounts, int label, @Nullable Partial before, long rank) {}

    /**
     * What was found.
     *
     * @param byBoundary options by joint entry label, then joint exit label
     * @param complete whether the beam left none out
     */
    record Listing(List<List<List<Option>>> byBoundary, boolean complete) {}

    private BlockOptions(Problem problem, OptionPlan plan, Narrowed narrowed, Work work, int beam) {
        this.problem = problem;
        this.narrowed = narrowed;
        this.work = work;
        this.beam = beam;
        this.plan = plan;
        labels = new int[plan.block().nodes()];
    }

    /**
     * Options by joint entry label and joint exit label of the whole block; empty if the work that may be done does not
     * suffice or too many joint labels are open at a time.
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
        Optional<OptionPlan> plan = OptionPlan.of(narrowed.block());
        return plan.isEmpty()
                ? Optional.empty()
                : new BlockOptions(chain.problem(), plan.get(), narrowed, work, beam).list(chain, b, most, result);
    }

    private Optional<Listing> list(Chain chain, int b, long most, List<List<List<Option>>> result) {
        Boundary exits = Boundary.exits(plan.block());
        addPotentials(Boundary.entries(plan.block()), exits, most);
        Map<Integer, List<Partial>> states = start(exits);
        for (int level = plan.levels() - 1; level >= 0; level--) {
            Optional<Map<Integer, List<Partial>>> next = extend(states, level);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            states = next.get();
            keepBest(states);
        }
        for (Map.Entry<Integer, List<Partial>> state : states.entrySet()) {
            read(0, state.getKey());
            int[] all = narrowed.whole(labels);
            List<Option> found =
                    result.get(chain.entries(b).joint(all)).get(chain.exits(b).joint(all));
            state.getValue().forEach(p -> insert(found, option(p)));
        }
        return Optional.of(new Listing(result, complete));
    }

    /** The least that coming tables and other blocks add, less what is looked for: a partial option above zero is of no use. */
    private void addPotentials(Boundary entries, Boundary exits, long most) {
        long[] first = new long[size(plan.scope(0))];
        for (int key = 0; key < first.length; key++) {
            read(0, key);
            long outside = narrowed.outside()[entries.joint(labels)][exits.joint(labels)];
            first[key] = outside >= FixedPoint.INFINITE ? FixedPoint.INFINITE : outside - most;
        }
        potentials.add(first);
        int factors = plan.block().factors().size();
        long[][] tables = Arrays.copyOf(narrowed.priced(), factors + 1 + plan.levels());
        tables[factors] = first;
        for (int level = 0; level < plan.levels(); level++) {
            long[] next = Elimination.eliminate(plan.block(), plan.steps().get(level), tables);
            tables[factors + 1 + level] = next;
            work.spend((long) next.length * plan.block().labels(plan.node(level)) / Work.ADDITIONS);
            potentials.add(next);
        }
    }

    private Map<Integer, List<Partial>> start(Boundary exits) {
        Map<Integer, List<Partial>> states = new TreeMap<>();
        int level = plan.levels();
        int points = plan.block().points();
        for (int j = 0; j < exits.size(); j++) {
            exits.write(j, labels);
            long[] all = new long[Quantity.COUNT + points];
            boolean allowed = true;
            for (int f : plan.factorsAt(level)) {
                allowed &= addFactor(all, f, p -> p);
            }
            if (allowed) {
                int[] identity = new int[points];
                Arrays.setAll(identity, p -> p);
                put(states, level, merge(all, identity, level), -1, null);
            }
        }
        return states;
    }

    private interface Place {
        int of(int point);
    }

    private Optional<Map<Integer, List<Partial>>> extend(Map<Integer, List<Partial>> states, int level) {
        Map<Integer, List<Partial>> next = new TreeMap<>();
        int node = plan.node(level);
        int[] above = plan.groupsAt(level + 1);
        int[] firsts = firsts(above);
        for (Map.Entry<Integer, List<Partial>> state : states.entrySet()) {
            for (int label = 0; label < plan.block().labels(node); label++) {
                read(level + 1, state.getKey());
                labels[node] = label;
                long[] added = new long[Quantity.COUNT + firsts.length];
                boolean allowed = potentials.get(level)[key(level)] < FixedPoint.INFINITE;
                for (int f : plan.factorsAt(level)) {
                    allowed = allowed && addFactor(added, f, p -> firsts[above[p]] == p ? above[p] : -1);
                }
                if (allowed) {
                    work.spend(state.getValue().size());
                    for (Partial partial : state.getValue()) {
                        long[] sum = added.clone();
                        Arrays.setAll(sum, q -> sum[q] + partial.amounts()[q]);
                        put(next, level, merge(sum, above, level), label, partial);
                    }
                }
                work.spend(compared / Work.COMPARISONS);
                compared %= Work.COMPARISONS;
                if (work.isSpent()) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(next);
    }

    private static int[] firsts(int[] groups) {
        int[] firsts = new int[Arrays.stream(groups).max().orElse(-1) + 1];
        for (int p = groups.length - 1; p >= 0; p--) {
            firsts[groups[p]] = p;
        }
        return firsts;
    }

    /** Adds a factor's amounts; points go where {@code place} says, or nowhere. False if the entry is forbidden. */
    private boolean addFactor(long[] sums, int f, Place place) {
        Factor factor = plan.block().factors().get(f);
        int entry = 0;
        for (int node : factor.scope()) {
            entry = entry * plan.block().labels(node) + labels[node];
        }
        if (factor.forbidden(entry)) {
            return false;
        }
        for (int q : factor.used()) {
            if (q >= Quantity.COUNT) {
                int at = place.of(q - Quantity.COUNT);
                if (at >= 0) {
                    sums[Quantity.COUNT + at] += factor.amounts(q)[entry];
                }
            } else if (narrowed.timed() || q >= TIMES) {
                sums[plan.place(q)] += factor.amounts(q)[entry];
            }
        }
        return true;
    }

    /** Merges groups, given by point, into the groups of a level. */
    private long[] merge(long[] amounts, int[] groups, int level) {
        int[] merged = plan.groupsAt(level);
        int size = Arrays.stream(merged).max().orElse(-1) + 1;
        if (Quantity.COUNT + size == amounts.length) {
            return amounts;
        }
        long[] result = Arrays.copyOf(amounts, Quantity.COUNT + size);
        Arrays.fill(result, Quantity.COUNT, result.length, 0);
        for (int p = 0; p < merged.length; p++) {
            int to = Quantity.COUNT + merged[p];
            result[to] = Math.max(result[to], amounts[Quantity.COUNT + groups[p]]);
        }
        return result;
    }

    private void put(
            Map<Integer, List<Partial>> states, int level, long[] amounts, int label, @Nullable Partial before) {
        int key = key(level);
        long rank = price(amounts, level) + potentials.get(level)[key];
        if (rank > 0) {
            return;
        }
        List<Partial> others = states.computeIfAbsent(key, k -> new ArrayList<>());
        for (Partial other : others) {
            compared++;
            if (dominates(other.amounts(), amounts)) {
                return;
            }
        }
        compared += others.size();
        others.removeIf(o -> dominates(amounts, o.amounts()));
        others.add(new Partial(amounts, label, before, rank));
    }

    /** Keeps the best partial options for the same labels, and so many for all labels. */
    private void keepBest(Map<Integer, List<Partial>> states) {
        for (List<Partial> partials : states.values()) {
            if (partials.size() > beam) {
                partials.sort(Comparator.comparingLong(Partial::rank));
                partials.subList(beam, partials.size()).clear();
                complete = false;
            }
        }
        long[] ranks = states.values().stream()
                .flatMap(List::stream)
                .mapToLong(Partial::rank)
                .sorted()
                .toArray();
        long most = (long) beam * JOINT_LABELS;
        if (ranks.length > most) {
            long last = ranks[(int) most - 1];
            states.values().forEach(partials -> partials.removeIf(p -> p.rank() > last));
            states.values().removeIf(List::isEmpty);
            complete = false;
        }
    }

    private long price(long[] amounts, int level) {
        long[] coefficients = narrowed.coefficients();
        long sum = 0;
        for (int q = 0; q < Quantity.COUNT; q++) {
            sum = FixedPoint.add(sum, FixedPoint.down(amounts[q], coefficients[q]));
        }
        int[] groups = plan.groupsAt(level);
        for (int p = 0; p < groups.length; p++) {
            long price = coefficients[Quantity.ofPoint(p)];
            if (price > 0) {
                sum = FixedPoint.add(sum, FixedPoint.down(amounts[Quantity.COUNT + groups[p]], price));
            }
        }
        return sum;
    }

    private static boolean dominates(long[] a, long[] b) {
        for (int q = 0; q < a.length; q++) {
            if (a[q] > b[q]) {
                return false;
            }
        }
        return true;
    }

    private int key(int level) {
        int key = 0;
        for (int node : plan.scope(level)) {
            key = key * plan.block().labels(node) + labels[node];
        }
        return key;
    }

    private void read(int level, int key) {
        int rest = key;
        int[] scope = plan.scope(level);
        for (int k = scope.length - 1; k >= 0; k--) {
            labels[scope[k]] = rest % plan.block().labels(scope[k]);
            rest /= plan.block().labels(scope[k]);
        }
    }

    private int size(int[] scope) {
        return Arrays.stream(scope).map(plan.block()::labels).reduce(1, Math::multiplyExact);
    }

    private Option option(Partial last) {
        long[] a = last.amounts();
        int[] all = labels.clone();
        Partial partial = last;
        for (int level = 0; partial != null && level < plan.levels(); level++) {
            all[plan.node(level)] = partial.label();
            partial = partial.before();
        }
        long forward = Option.NONE;
        long backward = Option.NONE;
        int[] groups = plan.groupsAt(0);
        for (int p = 0; p < groups.length; p++) {
            long live = a[Quantity.COUNT + groups[p]];
            if (p < plan.block().forwardPoints()) {
                forward = Math.max(forward, live);
            } else {
                backward = Math.max(backward, live);
            }
        }
        long time = a[Quantity.TIME.ordinal()]
                + Evaluation.segment(
                        problem, a[Quantity.FORWARD_COMPUTE.ordinal()], a[Quantity.FORWARD_ASYNC.ordinal()])
                + Evaluation.segment(
                        problem, a[Quantity.BACKWARD_COMPUTE.ordinal()], a[Quantity.BACKWARD_ASYNC.ordinal()]);
        return new Option(
                time,
                a[Quantity.STATIC.ordinal()],
                a[Quantity.KEPT.ordinal()],
                a[Quantity.GRADIENT.ordinal()],
                forward,
                backward,
                narrowed.whole(all));
    }

    private static void insert(List<Option> options, Option option) {
        if (options.stream().noneMatch(o -> o.dominates(option))) {
            options.removeIf(option::dominates);
            options.add(option);
        }
    }
}
