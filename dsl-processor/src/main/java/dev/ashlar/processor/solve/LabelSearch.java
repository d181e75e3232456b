package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Blocks from last to first: every suffix that can still lead below a cutoff and that no other suffix beats in everything. */
final class LabelSearch {
    private final Chain chain;
    private final Relaxation relaxation;
    private final Incumbent incumbent;
    private final Effort effort;
    private final Work work;
    private long compared;

    /**
     * A labelled suffix, summed up.
     *
     * @param peak less what is static and what earlier blocks keep; {@link Option#NONE} without a point
     * @param bound on the whole; suffixes are ranked by it
     */
    private record Suffix(
            long time,
            long fixed,
            long gradient,
            long peak,
            long bound,
            Optional<Suffix> rest,
            Optional<Option> option) {
        boolean dominates(Suffix other) {
            return time <= other.time && fixed <= other.fixed && gradient <= other.gradient && peak <= other.peak;
        }
    }

    LabelSearch(Chain chain, Relaxation relaxation, Incumbent incumbent, Effort effort, Work work) {
        this.chain = chain;
        this.relaxation = relaxation;
        this.incumbent = incumbent;
        this.effort = effort;
        this.work = work;
    }

    /**
     * Offers labellings below the cutoff, the best among them.
     *
     * @param cutoff of the time, exclusive; 1 where the peak is minimised
     * @param budget that labellings must keep
     * @param beam suffixes kept for a boundary label
     * @return whether nothing below the cutoff was left out
     */
    boolean run(long cutoff, long budget, int beam) {
        long slack = cutoff + relaxation.pricing().worth(budget) - 1;
        if (relaxation.least() > slack) {
            return true;
        }
        Optional<List<BlockOptions.Listing>> listed = options(slack, beam);
        if (listed.isEmpty()) {
            return false;
        }
        boolean all = listed.get().stream().allMatch(BlockOptions.Listing::complete);
        List<List<List<List<Option>>>> options =
                listed.get().stream().map(BlockOptions.Listing::byBoundary).toList();
        return search(options, cutoff, budget, beam) && all;
    }

    /** The same among the options of a pool, for which nothing is proved. */
    void run(Pool pool, long cutoff, long budget, int beam) {
        long slack = cutoff + relaxation.pricing().worth(budget) - 1;
        if (relaxation.least() <= slack) {
            search(pool.options(relaxation, slack), cutoff, budget, beam);
        }
    }

    private Optional<List<BlockOptions.Listing>> options(long slack, int beam) {
        List<BlockOptions.Listing> all = new ArrayList<>();
        for (int c = 0; c < relaxation.classes(); c++) {
            int b = relaxation.first(c);
            work.spend(relaxation.block(b).additions() / Work.COMPARISONS);
            Narrowed narrowed = Narrowed.of(relaxation.block(b), relaxation.outside(c), slack);
            Optional<BlockOptions.Listing> options =
                    BlockOptions.list(chain, b, narrowed, slack, work.part(effort.options()), beam);
            if (options.isEmpty()) {
                return Optional.empty();
            }
            all.add(options.get());
        }
        return Optional.of(all);
    }

    private boolean search(List<List<List<List<Option>>>> options, long cutoff, long budget, int beam) {
        long[][] needs = needs(options);
        List<List<Suffix>> suffixes =
                List.of(List.of(new Suffix(0, 0, 0, Option.NONE, 0, Optional.empty(), Optional.empty())));
        boolean complete = true;
        // A beam bounds itself.
        Work own = work.part(beam == Integer.MAX_VALUE ? effort.suffixes() : Long.MAX_VALUE);
        for (int b = chain.blocks() - 1; b >= 0; b--) {
            List<List<Suffix>> longer = new ArrayList<>();
            List<List<List<Option>>> byEntry = options.get(relaxation.classOf(b));
            for (int i = 0; i < byEntry.size(); i++) {
                List<Suffix> kept = new ArrayList<>();
                if (needs[b][i] < FixedPoint.INFINITE && relaxation.before(b)[i] < FixedPoint.INFINITE) {
                    prepend(byEntry.get(i), suffixes, kept, b, i, cutoff, budget, needs[b][i], own);
                }
                if (kept.size() > beam) {
                    kept.sort(Comparator.comparingLong(Suffix::bound));
                    kept = new ArrayList<>(kept.subList(0, beam));
                    complete = false;
                }
                if (own.isSpent()) {
                    return false;
                }
                longer.add(kept);
            }
            suffixes = longer;
        }
        suffixes.get(0).forEach(this::offer);
        return complete;
    }

    /** What the blocks before need at least, static and kept, by block and joint entry label. */
    private long[][] needs(List<List<List<List<Option>>>> options) {
        long[][] needs = new long[chain.blocks()][];
        long[] least = {0};
        for (int b = 0; b < chain.blocks(); b++) {
            needs[b] = least;
            List<List<List<Option>>> byEntry = options.get(relaxation.classOf(b));
            long[] next = new long[chain.exits(b).size()];
            Arrays.fill(next, FixedPoint.INFINITE);
            for (int i = 0; i < least.length; i++) {
                for (int j = 0; j < next.length; j++) {
                    for (Option option : byEntry.get(i).get(j)) {
                        next[j] = Math.min(next[j], least[i] + option.fixed() + option.kept());
                    }
                }
            }
            least = next;
        }
        return needs;
    }

    private void prepend(
            List<List<Option>> byExit,
            List<List<Suffix>> suffixes,
            List<Suffix> kept,
            int b,
            int i,
            long cutoff,
            long budget,
            long need,
            Work own) {
        Pricing pricing = relaxation.pricing();
        long base = relaxation.before(b)[i] - pricing.worth(budget);
        for (int j = 0; j < suffixes.size(); j++) {
            for (Option o : byExit.get(j)) {
                own.spend(suffixes.get(j).size() + compared / Work.COMPARISONS);
                compared %= Work.COMPARISONS;
                if (own.isSpent()) {
                    return;
                }
                for (Suffix s : suffixes.get(j)) {
                    long time = s.time() + o.time();
                    long fixed = s.fixed() + o.fixed();
                    long gradient = s.gradient() + o.gradient();
                    long peak = peak(o, s);
                    if (peak != Option.NONE && fixed + peak + need > budget) {
                        continue;
                    }
                    long bound = base
                            + time
                            + FixedPoint.down(fixed, pricing.from(0))
                            + FixedPoint.down(gradient, pricing.backwardBefore(b))
                            + FixedPoint.down(Math.max(0, peak), pricing.from(b));
                    if (bound < cutoff) {
                        insert(kept, new Suffix(time, fixed, gradient, peak, bound, Optional.of(s), Optional.of(o)));
                    }
                }
            }
        }
    }

    private static long peak(Option o, Suffix s) {
        long backward = o.backward() == Option.NONE ? Option.NONE : o.backward() + s.gradient();
        long later = s.peak() == Option.NONE ? Option.NONE : s.peak() + o.kept();
        return Math.max(o.forward(), Math.max(backward, later));
    }

    private void insert(List<Suffix> suffixes, Suffix suffix) {
        for (Suffix other : suffixes) {
            compared++;
            if (other.dominates(suffix)) {
                return;
            }
        }
        compared += suffixes.size();
        suffixes.removeIf(suffix::dominates);
        suffixes.add(suffix);
    }

    private void offer(Suffix suffix) {
        int[] x = new int[chain.problem().variables()];
        Optional<Suffix> rest = Optional.of(suffix);
        for (int b = 0; b < chain.blocks(); b++) {
            int[] labels = rest.orElseThrow().option().orElseThrow().labels();
            for (int node = 0; node < labels.length; node++) {
                x[chain.problem().variable(b, node)] = labels[node];
            }
            rest = rest.orElseThrow().rest();
        }
        Evaluation evaluation = Evaluation.of(chain.problem(), x);
        long peak = suffix.peak() == Option.NONE ? 0 : suffix.fixed() + suffix.peak();
        boolean sameTime = !incumbent.goal().timed() || evaluation.time() == suffix.time();
        if (!sameTime || evaluation.peak() != peak) {
            throw new IllegalStateException("the sums of a search are not those of its labelling");
        }
        incumbent.offer(x, evaluation);
    }
}
