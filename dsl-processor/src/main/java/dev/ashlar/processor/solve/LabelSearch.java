package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What blocks can come to below a cutoff is listed, then put together from the last one on. */
final class LabelSearch {
    /** Bits of a time that rounding leaves alone. */
    private static final int ROUNDED = 20;

    /** Suffixes that are kept for a boundary label to find what is quickly found. */
    private static final int BEAM = 64;

    private final Chain chain;
    private final Relaxation relaxation;
    private final Incumbent incumbent;
    private final Effort effort;
    private final Work work;
    private boolean pricedAlone;

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
        List<OptionTable> options =
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

    /**
     * What a search at priced points found.
     *
     * @param least no labelling has a lower time or, where times do not count, a lower peak
     * @param labellings the fastest first
     * @param complete whether nothing was left out
     */
    record Found(long least, List<int[]> labellings, boolean complete) {}

    /** Without a beam, among labellings that keep the budget at points with a price; offers some of them. */
    Found priced(long cutoff, long budget) {
        long most = relaxation.pricing().timed() ? cutoff : budget + 1;
        long slack = cutoff + relaxation.pricing().worth(budget) - 1;
        if (relaxation.least() > slack) {
            return new Found(most, List.of(), true);
        }
        pricedAlone = true;
        Optional<List<BlockOptions.Listing>> listed = options(slack, Integer.MAX_VALUE);
        long raised = relaxation.pricing().timed() ? relaxation.bound(budget) : 0;
        if (listed.isEmpty()) {
            return new Found(raised, List.of(), false);
        }
        List<OptionTable> options =
                listed.get().stream().map(BlockOptions.Listing::byBoundary).toList();
        List<Suffixes.Suffix> few = sorted(suffixes().of(options, cutoff, budget, BEAM));
        if (!few.isEmpty() && !isAsItSeems(few.get(0), budget)) {
            return new Found(raised, few.stream().map(this::labels).toList(), false);
        }
        few.forEach(s -> incumbent.offer(labels(s)));
        long below = relaxation.pricing().timed() ? Math.min(cutoff, incumbent.best()) : cutoff;
        Optional<List<Suffixes.Suffix>> found = suffixes().of(options, below, budget, Integer.MAX_VALUE);
        if (found.isEmpty()) {
            return new Found(raised, List.of(), false);
        }
        List<Suffixes.Suffix> all = sorted(found);
        long least = below < cutoff ? Math.min(below, most) : most;
        return new Found(
                all.isEmpty() ? least : Math.min(least, value(all.get(0))),
                all.stream().map(this::labels).toList(),
                true);
    }

    /** What is to be small. */
    private long value(Suffixes.Suffix s) {
        return relaxation.pricing().timed() ? s.time() : s.fixed() + Math.max(0, s.peak());
    }

    private List<Suffixes.Suffix> sorted(Optional<List<Suffixes.Suffix>> suffixes) {
        return suffixes.orElse(List.of()).stream()
                .sorted(Comparator.comparingLong(this::value))
                .toList();
    }

    /** Whether a labelling keeps the budget at all points and takes no longer than it seems, but for rounding. */
    private boolean isAsItSeems(Suffixes.Suffix s, long budget) {
        Evaluation evaluation = Evaluation.of(chain.problem(), labels(s));
        long value = value(s);
        return relaxation.pricing().timed()
                ? evaluation.peak() <= budget && evaluation.time() - value <= value >> ROUNDED
                : evaluation.peak() <= value;
    }

    private Optional<List<BlockOptions.Listing>> options(long slack, int beam) {
        List<BlockOptions.Listing> all = new ArrayList<>();
        for (int c = 0; c < relaxation.classes(); c++) {
            Work own = work.part(pricedAlone ? effort.pricedOptions() : effort.options());
            Optional<BlockOptions.Listing> options =
                    BlockOptions.list(chain, relaxation, c, pricedAlone, slack, own, beam);
            if (options.isEmpty()) {
                return Optional.empty();
            }
            all.add(options.get());
        }
        return Optional.of(all);
    }

    private boolean search(List<OptionTable> options, long cutoff, long budget, int beam) {
        Suffixes suffixes = suffixes();
        Optional<List<Suffixes.Suffix>> found = suffixes.of(options, cutoff, budget, beam);
        found.ifPresent(all -> all.forEach(this::offer));
        return found.isPresent() && suffixes.isComplete();
    }

    private Suffixes suffixes() {
        return new Suffixes(chain, relaxation, pricedAlone, effort, work);
    }

    private int[] labels(Suffixes.Suffix suffix) {
        return suffix.labels(chain);
    }

    private void offer(Suffixes.Suffix suffix) {
        int[] x = labels(suffix);
        Evaluation evaluation = Evaluation.of(chain.problem(), x);
        long peak = suffix.peak() == Option.NONE ? 0 : suffix.fixed() + suffix.peak();
        boolean sameTime = !incumbent.goal().timed() || evaluation.time() == suffix.time();
        if (!sameTime || evaluation.peak() != peak) {
            throw new IllegalStateException("the sums of a search are not those of its labelling");
        }
        incumbent.offer(x, evaluation);
    }
}
