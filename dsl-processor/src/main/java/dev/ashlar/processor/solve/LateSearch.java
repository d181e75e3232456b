package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A search at priced points that lists a block once all later ones are put together: these often come to more than the sum of what each comes to
 * at least, for they have to keep one budget at several points, which leaves less to list, or nothing at all. What the prices of a block's points
 * mix is told apart by {@link LaterPrices}.
 */
final class LateSearch {
    /** Partial ways of one block. */
    private static final long MOST_OPTIONS = 3_000_000;

    /** The same where some ways are enough. */
    private static final long FEW_OPTIONS = 40_000;

    /** Suffixes that are kept where some labellings are enough. */
    private static final int BEAM = 128;

    /** How often less of a block is listed until it is little enough. */
    private static final int FEWER = 12;

    private final Chain chain;
    private final Relaxation relaxation;
    private final Incumbent incumbent;
    private final Effort effort;
    private final Work work;

    LateSearch(Chain chain, Relaxation relaxation, Incumbent incumbent, Effort effort, Work work) {
        this.chain = chain;
        this.relaxation = relaxation;
        this.incumbent = incumbent;
        this.effort = effort;
        this.work = work;
    }

    private long slack(long cutoff, long budget) {
        return cutoff + relaxation.pricing().worth(budget) - 1;
    }

    private Suffixes suffixes() {
        return new Suffixes(chain, relaxation, true, effort, work);
    }

    /**
     * Offers what is found below a cutoff of the time.
     *
     * @return what all labellings take at least, at most the cutoff; empty if there is too much to search
     */
    Optional<Long> least(long cutoff, long budget) {
        long slack = slack(cutoff, budget);
        if (relaxation.least() > slack) {
            return Optional.of(cutoff);
        }
        Map<Integer, Optional<OptionTable>> listed = new HashMap<>();
        Suffixes.Lister lister =
                (b, after) -> listed.computeIfAbsent(relaxation.classOf(b), c -> list(c, b, after, slack));
        return suffixes().of(lister, cutoff, budget).map(found -> {
            found.forEach(s -> incumbent.offer(s.labels(chain)));
            return found.stream().mapToLong(Suffixes.Suffix::time).min().orElse(cutoff);
        });
    }

    private Optional<OptionTable> list(int c, int b, long[] after, long slack) {
        return BlockOptions.list(
                        chain,
                        relaxation,
                        c,
                        around(c, b, after),
                        true,
                        slack,
                        work.part(MOST_OPTIONS),
                        Integer.MAX_VALUE)
                .map(BlockOptions.Listing::byBoundary);
    }

    /** What is known around a block; that of several equal ones holds for all of them. */
    private BlockOptions.Around around(int c, int b, long[] after) {
        if (relaxation.count(c) > 1) {
            return new BlockOptions.Around(relaxation.outside(c), List.of());
        }
        Joints joints = chain.plan(b).joints();
        long[] outside = new long[joints.size()];
        for (int place = 0; place < outside.length; place++) {
            outside[place] =
                    FixedPoint.add(relaxation.before(b)[joints.entries()[place]], after[joints.exits()[place]]);
        }
        List<Relaxation> others = LaterPrices.of(relaxation.pricing().prices(), b).stream()
                .map(p -> relaxation.at(Pricing.of(chain.problem(), p, true)))
                .toList();
        return new BlockOptions.Around(outside, others);
    }

    /**
     * Offers labellings of those ways that come to least.
     *
     * @param fewer by block, how often less of it was listed last time
     * @return those that seem to be below the cutoff, the fastest first, unless it is what it seems
     */
    List<int[]> some(long cutoff, long budget, Map<Integer, Integer> fewer) {
        List<OptionTable> options = new ArrayList<>();
        for (int c = 0; c < relaxation.classes(); c++) {
            Optional<OptionTable> few = few(c, slack(cutoff, budget) - relaxation.least(), fewer);
            if (few.isEmpty()) {
                return List.of();
            }
            options.add(few.get());
        }
        List<Suffixes.Suffix> found =
                new ArrayList<>(suffixes().of(options, cutoff, budget, BEAM).orElse(List.of()));
        found.sort(Comparator.comparingLong(Suffixes.Suffix::time));
        List<int[]> labellings = found.stream().map(s -> s.labels(chain)).toList();
        labellings.forEach(incumbent::offer);
        return found.isEmpty() || incumbent.best() <= found.get(0).time() ? List.of() : labellings;
    }

    /** Ways of a class that come to little more than the least. */
    private Optional<OptionTable> few(int c, long more, Map<Integer, Integer> fewer) {
        int b = relaxation.first(c);
        for (int f = Math.max(0, fewer.getOrDefault(b, 0) - 1); f < FEWER && more >= 0 && !work.isSpent(); f++) {
            long most = relaxation.least() + (more >> f);
            Optional<BlockOptions.Listing> listed =
                    BlockOptions.list(chain, relaxation, c, true, most, work.part(FEW_OPTIONS), Integer.MAX_VALUE);
            if (listed.isPresent()) {
                fewer.put(b, f);
                return listed.map(BlockOptions.Listing::byBoundary);
            }
        }
        return Optional.empty();
    }
}
