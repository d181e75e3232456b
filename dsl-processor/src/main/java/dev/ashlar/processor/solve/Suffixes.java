package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Blocks from last to first: every suffix that can still lead below a cutoff and that no other suffix beats in everything. */
final class Suffixes {
    /** Suffixes that are held before those go that others beat. */
    private static final int BUFFER = 1 << 13;

    private final Chain chain;
    private final Relaxation relaxation;
    private final boolean pricedAlone;
    private final Effort effort;
    private final Work work;
    private long compared;
    private boolean complete = true;

    /**
     * A labelled suffix, summed up.
     *
     * @param peak less what is static and what earlier blocks keep; {@link Option#NONE} without a point
     * @param bound on the whole; suffixes are ranked by it
     */
    record Suffix(
            long time, long fixed, long gradient, long peak, long bound, Optional<Suffix> rest, Optional<Option> option)
            implements Front.Vector {
        static final int QUANTITIES = 4;

        @Override
        public long at(int quantity) {
            return switch (quantity) {
                case 0 -> time;
                case 1 -> fixed;
                case 2 -> gradient;
                default -> peak;
            };
        }

        /** Of the whole problem. */
        int[] labels(Chain chain) {
            int[] x = new int[chain.problem().variables()];
            Optional<Suffix> rest = Optional.of(this);
            for (int b = 0; b < chain.blocks(); b++) {
                int[] labels = rest.orElseThrow().option().orElseThrow().labels();
                for (int node = 0; node < labels.length; node++) {
                    x[chain.problem().variable(b, node)] = labels[node];
                }
                rest = rest.orElseThrow().rest();
            }
            return x;
        }
    }

    /** @param pricedAlone whether the budget is kept at points with a price alone */
    Suffixes(Chain chain, Relaxation relaxation, boolean pricedAlone, Effort effort, Work work) {
        this.chain = chain;
        this.relaxation = relaxation;
        this.pricedAlone = pricedAlone;
        this.effort = effort;
        this.work = work;
    }

    /** Whether no beam left any out. */
    boolean isComplete() {
        return complete;
    }

    /**
     * Those of the whole chain; empty if there is too much to do.
     *
     * @param options by class of blocks
     * @param beam suffixes kept for a boundary label
     */
    Optional<List<Suffix>> of(List<OptionTable> options, long cutoff, long budget, int beam) {
        long[][] needs = needs(options);
        List<List<Suffix>> suffixes = none();
        // A beam bounds itself.
        Work left = work.part(beam == Integer.MAX_VALUE ? effort.pricedSuffixes() : Long.MAX_VALUE);
        for (int b = chain.blocks() - 1; b >= 0; b--) {
            OptionTable own = options.get(relaxation.classOf(b));
            suffixes = longer(suffixes, own, b, needs[b], new Limits(cutoff, budget, 0), left);
            for (List<Suffix> kept : suffixes) {
                if (kept.size() > beam) {
                    List<Suffix> few = pricedAlone ? spread(kept, beam) : best(kept, beam);
                    kept.clear();
                    kept.addAll(few);
                    complete = false;
                }
            }
            if (left.isSpent()) {
                return Optional.empty();
            }
        }
        return Optional.of(suffixes.get(0));
    }

    /** Lists what a block comes to when all later ones are known. */
    interface Lister {
        /**
         * Empty if there is too much to do.
         *
         * @param after what the later blocks come to at least, by joint exit label
         */
        Optional<OptionTable> list(int b, long[] after);
    }

    /**
     * The same where a block is listed once all later ones are put together, and none where nothing is left of these.
     *
     * @param lister of blocks, from the last one on
     */
    Optional<List<Suffix>> of(Lister lister, long cutoff, long budget) {
        List<List<Suffix>> suffixes = none();
        Work left = work.part(effort.pricedSuffixes());
        for (int b = chain.blocks() - 1; b >= 0; b--) {
            Optional<OptionTable> own = lister.list(b, after(suffixes, b + 1));
            if (own.isEmpty()) {
                return Optional.empty();
            }
            long[] needs = new long[chain.entries(b).size()];
            suffixes = longer(suffixes, own.get(), b, needs, new Limits(cutoff, budget, 0), left);
            if (left.isSpent()) {
                return Optional.empty();
            }
            if (suffixes.stream().allMatch(List::isEmpty)) {
                return Optional.of(List.of());
            }
        }
        return Optional.of(suffixes.get(0));
    }

    private static List<List<Suffix>> none() {
        return List.of(List.of(new Suffix(0, 0, 0, Option.NONE, 0, Optional.empty(), Optional.empty())));
    }

    /** What suffixes from block {@code b} on cost at least, by joint entry label. */
    private long[] after(List<List<Suffix>> suffixes, int b) {
        return suffixes.stream()
                .mapToLong(all -> all.stream()
                        .mapToLong(s -> s.time() + memory(b, s.fixed(), s.gradient(), s.peak()))
                        .min()
                        .orElse(FixedPoint.INFINITE))
                .toArray();
    }

    private List<List<Suffix>> longer(
            List<List<Suffix>> suffixes, OptionTable own, int b, long[] needs, Limits limits, Work left) {
        List<List<Suffix>> longer = new ArrayList<>();
        List<List<Ranked>> ranked = suffixes.stream().map(all -> ranked(all, b)).toList();
        for (int i = 0; i < needs.length; i++) {
            boolean isOpen = needs[i] < FixedPoint.INFINITE && relaxation.before(b)[i] < FixedPoint.INFINITE;
            Limits with = new Limits(limits.cutoff(), limits.budget(), needs[i]);
            longer.add(isOpen ? prepended(own, ranked, b, i, with, left) : new ArrayList<>());
            if (left.isSpent()) {
                return longer;
            }
        }
        return longer;
    }

    private static List<Suffix> best(List<Suffix> suffixes, int count) {
        suffixes.sort(Comparator.comparingLong(Suffix::bound));
        return new ArrayList<>(suffixes.subList(0, count));
    }

    /** The best of every group that takes about as long: of many with the same bound it is open which one fits what comes before. */
    private static List<Suffix> spread(List<Suffix> suffixes, int groups) {
        suffixes.sort(Comparator.comparingLong(Suffix::time));
        List<Suffix> spread = new ArrayList<>();
        for (int g = 0; g < groups; g++) {
            int from = (int) ((long) suffixes.size() * g / groups);
            int to = (int) ((long) suffixes.size() * (g + 1) / groups);
            suffixes.subList(from, to).stream()
                    .min(Comparator.comparingLong(Suffix::bound))
                    .ifPresent(spread::add);
        }
        return spread;
    }

    /** What a suffix costs at least where another block comes before it. */
    private record Ranked(Suffix suffix, long cost) {}

    /**
     * What suffixes have to keep.
     *
     * @param cutoff of the time, exclusive
     * @param need of earlier blocks, static and kept
     */
    private record Limits(long cutoff, long budget, long need) {}

    /** The cheapest first. */
    private List<Ranked> ranked(List<Suffix> suffixes, int b) {
        return suffixes.stream()
                .map(s -> new Ranked(s, s.time() + memory(b, s.fixed(), s.gradient(), s.peak())))
                .sorted(Comparator.comparingLong(Ranked::cost))
                .toList();
    }

    /** What the memory of a suffix from block {@code b} on, or of a part of it, costs at least. */
    private long memory(int b, long fixed, long gradient, long peak) {
        Pricing pricing = relaxation.pricing();
        return FixedPoint.down(fixed, pricing.from(0))
                + FixedPoint.down(gradient, pricing.backwardBefore(b))
                + FixedPoint.down(Math.max(0, peak), pricing.from(b));
    }

    /** What the blocks before need at least, static and kept, by block and joint entry label. */
    private long[][] needs(List<OptionTable> options) {
        long[][] needs = new long[chain.blocks()][];
        long[] least = {0};
        for (int b = 0; b < chain.blocks(); b++) {
            needs[b] = least;
            OptionTable own = options.get(relaxation.classOf(b));
            long[] next = new long[chain.exits(b).size()];
            Arrays.fill(next, FixedPoint.INFINITE);
            for (int i = 0; i < least.length; i++) {
                for (Map.Entry<Integer, List<Option>> cell : own.of(i)) {
                    int j = cell.getKey();
                    for (Option option : cell.getValue()) {
                        next[j] = Math.min(next[j], least[i] + option.fixed() + option.kept());
                    }
                }
            }
            least = next;
        }
        return needs;
    }

    /** What an option adds at least to what the peak of later blocks costs. */
    private long kept(int b, Option o) {
        return FixedPoint.down(o.kept(), relaxation.pricing().from(b + 1));
    }

    private List<Suffix> prepended(
            OptionTable options, List<List<Ranked>> suffixes, int b, int i, Limits limits, Work own) {
        long base = relaxation.before(b)[i] - relaxation.pricing().worth(limits.budget());
        List<Suffix> kept = new ArrayList<>();
        int enough = BUFFER;
        for (Map.Entry<Integer, List<Option>> cell : options.of(i)) {
            for (Option o : cell.getValue()) {
                long least = base + o.time() + memory(b, o.fixed(), o.gradient(), 0) + kept(b, o);
                int tried = 0;
                for (Ranked r : suffixes.get(cell.getKey())) {
                    if (least + r.cost() >= limits.cutoff()) {
                        break;
                    }
                    tried++;
                    prepend(o, r.suffix(), b, base, limits).ifPresent(kept::add);
                }
                own.spend(1 + tried);
                if (kept.size() > enough) {
                    kept = front(kept, own);
                    enough = 2 * kept.size() + BUFFER;
                }
                if (own.isSpent()) {
                    return kept;
                }
            }
        }
        return front(kept, own);
    }

    private List<Suffix> front(List<Suffix> suffixes, Work own) {
        List<Suffix> left = Front.of(suffixes, Suffix.QUANTITIES, pairs -> compared += pairs);
        own.spend(compared / Work.COMPARISONS);
        compared %= Work.COMPARISONS;
        return left;
    }

    private Optional<Suffix> prepend(Option o, Suffix s, int b, long base, Limits limits) {
        long time = s.time() + o.time();
        long fixed = s.fixed() + o.fixed();
        long gradient = s.gradient() + o.gradient();
        long peak = peak(o, s);
        if (pricedAlone && isPast(b)) {
            fixed += Math.max(0, peak);
            peak = Math.min(0, peak);
            gradient = 0;
        }
        if (peak != Option.NONE && fixed + peak + limits.need() > limits.budget()) {
            return Optional.empty();
        }
        long bound = base + time + memory(b, fixed, gradient, peak);
        return time < limits.cutoff() && bound < limits.cutoff()
                ? Optional.of(new Suffix(time, fixed, gradient, peak, bound, Optional.of(s), Optional.of(o)))
                : Optional.empty();
    }

    /** Whether no earlier block has a priced point: all that is static or live counts alike from there on. */
    private boolean isPast(int b) {
        return relaxation.pricing().from(b) == relaxation.pricing().from(0);
    }

    private static long peak(Option o, Suffix s) {
        long backward = o.backward() == Option.NONE ? Option.NONE : o.backward() + s.gradient();
        long later = s.peak() == Option.NONE ? Option.NONE : s.peak() + o.kept();
        return Math.max(o.forward(), Math.max(backward, later));
    }
}
