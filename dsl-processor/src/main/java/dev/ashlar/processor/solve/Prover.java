package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Raises the bound on the time or the peak until it meets the best labelling. In this order, each on what the one before leaves: dual
 * and labellings made of its columns; labels that the prices rule out; cases by the label of a node that many blocks share; search;
 * cases by a boundary label; a closer search.
 */
final class Prover {
    private static final int MOST_DUALS = 160;
    private static final int ROUNDS = 100;

    /** Parts that are looked at closely where all else was not enough. */
    private static final int MOST_CLOSE = 2;

    /** Rounds of the dual before cases are made. */
    private static final int FIRST_ROUNDS = 8;

    private static final double TOLERANCE = 1e-6;

    /** A search that is worth a try before there are cases. */
    private static final Effort QUICK = new Effort(0, 60_000, 120_000, 0);

    /** Of what is missing to the target: the first search proves so much, every other twice as much as the one before. */
    private static final double FIRST_SHARE = 1.0 / 32;

    /** A share of the labels that has to go for a smaller problem. */
    private static final double WORTH_NARROWING = 0.1;

    /** Where prices miss more of the target, what fits the budget is looked at, if the optimum is asked for. */
    private static final double WEAK = 0.1;

    /** Searches among ways that are quickly found, in units of one. */
    private static final int POOLS = 3;

    /** Where the label of a node that many blocks share is open, more that is missing of the target is nothing for a search. */
    private static final double FAR = 0.02;

    /** Rows of elimination of cases that are begun and held; others are begun again. */
    private static final long MOST_HELD = 1 << 20;

    private final Goal goal;
    private final Effort effort;
    private final Work work;
    private final long enough;
    private final Work pools;
    private int duals;
    private int close;

    /**
     * @param enough a time or peak that needs no proof
     */
    Prover(Goal goal, Effort effort, long enough) {
        this.goal = goal;
        this.effort = effort;
        this.enough = enough;
        work = effort.work();
        pools = work.part(POOLS * effort.pool());
    }

    /**
     * Proofs up to the highest bound within the effort; empty if there is no labelling.
     *
     * @param seen labellings to begin with; gets those that are met
     */
    Optional<Ladder> prove(Chain chain, Incumbent incumbent, Labellings seen) {
        Part whole = new Part(chain, incumbent, seen, Prices.FREE, Reduction.none(chain.problem()));
        seen.stream().forEach(c -> incumbent.offer(c.labels(), c.evaluation()));
        return prove(whole, effort.branches());
    }

    private Optional<Ladder> prove(Part part, int branches) {
        return begin(part).map(b -> deepen(b, branches));
    }

    /**
     * A part whose dual was solved, with labellings made of its columns.
     *
     * @param ladder what that proves
     */
    private record Begun(Part part, Dual.Result dual, Improver improver, PricedSearch search, Ladder ladder) {}

    private Optional<Begun> begin(Part part) {
        duals++;
        boolean shared = Branching.shared(part.problem()).length > 0;
        Dual.Stop stop = new Dual.Stop(
                Math.max(TOLERANCE, effort.gap() / 20), shared ? FIRST_ROUNDS : ROUNDS, () -> target(part));
        Optional<Dual.Result> dual = Dual.run(part.chain(), part.incumbent(), part.seen(), part.start(), stop, work);
        dual.ifPresent(d -> d.columns().forEach(part.seen()::add));
        return dual.map(d -> {
            long bound = d.relaxation().bound(goal);
            Improver improver = new Improver(part, d, b -> b >= target(part), effort, work, pools);
            improver.quickly();
            PricedSearch search = new PricedSearch(part.chain(), d.relaxation(), part.incumbent(), work);
            return new Begun(part, d, improver, search, new Ladder(bound, leaf(d.relaxation(), bound)));
        });
    }

    private Ladder deepen(Begun begun, int branches) {
        Part part = begun.part();
        Relaxation relaxation = begun.dual().relaxation();
        Ladder ladder = begun.ladder();
        long bound = ladder.bound();
        if (bound >= target(part) || effort.suffixes() == 0 && branches == 0) {
            return ladder;
        }
        BitSet[] left = relaxation.atMost(sumBelow(relaxation, target(part)));
        Optional<Integer> shared = IntStream.of(Branching.shared(part.problem()))
                .filter(v -> left[v].cardinality() > 1)
                .boxed()
                .findFirst();
        if (isWorthNarrowing(part.problem(), left)) {
            long limit = target(part);
            narrowed(part, relaxation, left, branches)
                    .ifPresent(rest -> ladder.addAll(
                            rest,
                            limit,
                            p -> new Proof.Narrow(relaxation.pricing().prices(), goal.timed() ? limit : 1, p)));
        } else if (isWeak(part, bound) && fits(part, ladder, branches)
                || (shared.isEmpty() || bound > (1 - FAR) * target(part)) && search(begun, ladder, QUICK, 1)) {
            return ladder;
        } else if (shared.isPresent()) {
            split(part, relaxation, shared.get(), branches, Long.MIN_VALUE).ifPresent(ladder::addAll);
        } else {
            boolean done = search(begun, ladder, effort, FIRST_SHARE);
            Optional<Integer> variable = done || branches == 0
                    ? Optional.empty()
                    : new Branching(part.chain(), relaxation, goal, target(part)).variable();
            variable.flatMap(v -> split(part, relaxation, v, branches - 1, ladder.bound()))
                    .ifPresent(ladder::addAll);
            if (ladder.bound() < target(part) && branches == effort.branches()) {
                closely(begun, ladder);
            }
        }
        return ladder;
    }

    private Proof leaf(Relaxation relaxation, long bound) {
        return new Proof.Dual(relaxation.pricing().prices(), goal.timed() ? bound : 1);
    }

    /** The most that a labelling that is better than the target may come to at the prices. */
    private long sumBelow(Relaxation relaxation, long target) {
        return goal.timed()
                ? target - 1 + relaxation.pricing().worth(goal.budget())
                : relaxation.pricing().worth(target - 1);
    }

    /** Whether the budget is so tight that prices say little about the time. */
    private boolean isWeak(Part part, long bound) {
        return goal.timed() && effort.gap() == 0 && bound < (1 - WEAK) * target(part);
    }

    /** Proves what is left when labels go with which memory alone is above the budget; false if these are too few. */
    private boolean fits(Part part, Ladder ladder, int branches) {
        Dual.Stop stop = new Dual.Stop(TOLERANCE, FIRST_ROUNDS, () -> goal.budget() + 1);
        Incumbent lowest = new Incumbent(part.problem(), Goal.peak());
        Relaxation memory = Dual.run(part.chain(), lowest, part.seen(), Prices.FREE, stop, work)
                .orElseThrow()
                .relaxation();
        Prices prices = memory.pricing().prices();
        if (memory.bound(Goal.peak()) > goal.budget()) {
            long limit = target(part);
            ladder.add(limit, new Proof.Fit(prices, new Proof.Dual(Prices.FREE, limit)));
            return true;
        }
        BitSet[] left = memory.atMost(memory.pricing().worth(goal.budget()));
        boolean worth = isWorthNarrowing(part.problem(), left);
        if (worth) {
            proved(part, part.reduced(left, Prices.FREE), branches)
                    .ifPresent(rest -> ladder.addAll(rest, Long.MAX_VALUE, p -> new Proof.Fit(prices, p)));
        }
        return worth;
    }

    private static boolean isWorthNarrowing(Problem problem, BitSet[] left) {
        NodeClasses classes = new NodeClasses(problem);
        BitSet[] union = classes.union(left);
        long all = 0;
        long few = 0;
        for (int b = 0; b < problem.blocks().size(); b++) {
            for (int node = 0; node < problem.block(b).nodes(); node++) {
                all += problem.block(b).labels(node) - 1;
                few += union[classes.of(b, node)].cardinality() - 1;
            }
        }
        return few < all && few <= (1 - WORTH_NARROWING) * all;
    }

    private Optional<Ladder> narrowed(Part part, Relaxation relaxation, BitSet[] left, int branches) {
        return proved(part, part.reduced(left, relaxation.pricing().prices()), branches);
    }

    /** The proofs of a smaller part, for this one's points and labels. */
    private Optional<Ladder> proved(Part part, Part smaller, int branches) {
        return begin(smaller).map(b -> deepened(part, b, branches));
    }

    /** The same of one that is begun; labellings that it met are met. */
    private Ladder deepened(Part part, Begun begun, int branches) {
        Ladder ladder = deepen(begun, branches);
        Reduction reduction = begun.part().reduction();
        begun.part().seen().stream().map(c -> reduction.whole(c.labels())).forEach(part.seen()::add);
        return ladder.each(reduction::whole);
    }

    /**
     * Cases by a label: those that the prices rule out are one, every other is its own, the most promising first. All are begun before one is
     * looked into: what the others find may be enough for it. Empty if prices of a case tell no more than what is known of all.
     *
     * @param known bound on all cases
     */
    private Optional<Ladder> split(Part part, Relaxation relaxation, int v, int branches, long known) {
        long[] sums = byLabel(part, relaxation, v);
        List<Integer> order = IntStream.range(0, sums.length)
                .boxed()
                .sorted(Comparator.comparingLong((Integer l) -> sums[l]))
                .toList();
        List<Open> begun = new ArrayList<>();
        boolean isFutile = false;
        long held = 0;
        for (int label : order) {
            if (relaxation.bound(goal, sums[label]) < target(part)
                    && duals < MOST_DUALS
                    && !work.isSpent()
                    && !isFutile) {
                Optional<Begun> one = begin(only(part, relaxation, v, label));
                isFutile |= one.isPresent() && one.get().ladder().bound() <= known;
                held += one.map(o -> o.part().chain().rows()).orElse(0L);
                begun.add(new Open(
                        label,
                        one.map(o -> o.ladder().bound()).orElse(Long.MAX_VALUE),
                        held <= MOST_HELD
                                ? later(part, one, branches)
                                : again(part, one, () -> only(part, relaxation, v, label), branches)));
            }
        }
        if (isFutile) {
            return Optional.empty();
        }
        List<Integer> out = new ArrayList<>(order);
        begun.forEach(c -> out.remove((Integer) c.label()));
        return Optional.of(split(relaxation, v, sums, out, begun));
    }

    /**
     * A case that is begun.
     *
     * @param bound that is known of it
     * @param proof looks into it
     */
    private record Open(int label, long bound, Supplier<Optional<Ladder>> proof) {}

    /**
     * Looks into cases, that of the lowest bound first: with it begins what is proved of all.
     *
     * @param sums by label
     * @param out labels that are one case
     */
    private Ladder split(Relaxation relaxation, int v, long[] sums, List<Integer> out, List<Open> begun) {
        List<List<Integer>> labels = new ArrayList<>();
        List<Ladder> cases = new ArrayList<>();
        if (!out.isEmpty()) {
            long least = out.stream()
                    .mapToLong(label -> relaxation.bound(goal, sums[label]))
                    .min()
                    .orElseThrow();
            labels.add(out);
            cases.add(new Ladder(least, leaf(relaxation, least)));
        }
        begun.stream().sorted(Comparator.comparingLong(Open::bound)).forEach(open -> {
            long bound = relaxation.bound(goal, sums[open.label()]);
            Ladder ladder = new Ladder(bound, leaf(relaxation, bound));
            open.proof().get().ifPresent(ladder::addAll);
            labels.add(List.of(open.label()));
            cases.add(ladder);
        });
        return Ladder.split(v, labels, cases);
    }

    /** What is proved of a case when it is looked into; of one that is close enough nothing but its proof is held until then. */
    private Supplier<Optional<Ladder>> later(Part part, Optional<Begun> begun, int branches) {
        if (begun.isPresent() && begun.get().ladder().bound() >= target(part)) {
            Optional<Ladder> ladder = Optional.of(deepened(part, begun.get(), branches));
            return () -> ladder;
        }
        return () -> begun.map(b -> deepened(part, b, branches));
    }

    /** The same of one that is not held meanwhile: it is begun again, at the prices that were found. */
    private Supplier<Optional<Ladder>> again(Part part, Optional<Begun> begun, Supplier<Part> smaller, int branches) {
        Optional<Prices> prices = begun.map(b -> b.dual().relaxation().pricing().prices());
        return () -> prices.flatMap(p -> begin(smaller.get().startingAt(p))).map(b -> deepened(part, b, branches));
    }

    private static long[] byLabel(Part part, Relaxation relaxation, int v) {
        int b = part.problem().owner(v);
        int node = IntStream.range(0, part.problem().block(b).nodes())
                .filter(n -> part.problem().variable(b, n) == v)
                .findFirst()
                .orElseThrow();
        return relaxation.byNode(b)[node];
    }

    private static Part only(Part part, Relaxation relaxation, int v, int label) {
        BitSet[] allowed = new BitSet[part.problem().variables()];
        Arrays.setAll(allowed, u -> new BitSet());
        for (int u = 0; u < allowed.length; u++) {
            allowed[u].set(0, part.problem().labels(u));
        }
        allowed[v].clear();
        allowed[v].set(label);
        return part.reduced(allowed, relaxation.pricing().prices());
    }

    /** Proves the optimum by a search that tells apart what a search at priced points rounds; whether that is done. */
    private boolean searchAll(Part part, Relaxation relaxation, Ladder ladder) {
        LabelSearch search = new LabelSearch(part.chain(), relaxation, part.incumbent(), effort, work);
        long cutoff = target(part);
        boolean done = goal.timed()
                ? search.run(cutoff, goal.budget(), Integer.MAX_VALUE)
                : search.run(1, cutoff - 1, Integer.MAX_VALUE);
        if (done) {
            long proved = Math.min(cutoff, part.incumbent().best());
            ladder.add(proved, new Proof.Search(relaxation.pricing().prices(), goal.timed() ? proved : 1));
        }
        return done;
    }

    /** Proves ever more by searches; whether that is enough. */
    private boolean search(Begun begun, Ladder ladder, Effort within, double first) {
        Part part = begun.part();
        Relaxation relaxation = begun.dual().relaxation();
        PricedSearch search = begun.search();
        long bound = ladder.bound();
        for (double share = first; ladder.bound() < target(part); share *= 4) {
            long target = target(part);
            long cutoff = share >= 1 ? target : bound + (long) Math.ceil(share * (target - bound));
            if (effort.suffixes() == 0 || work.isSpent()) {
                return false;
            }
            boolean done = search.run(
                    cutoff,
                    within,
                    proved -> ladder.add(
                            proved, new Proof.Relaxed(search.prices(), search.raises(), goal.timed() ? proved : 1)));
            if (!done && ladder.bound() < target(part) && within == effort) {
                if (!search.hasListed()) {
                    begun.improver().thoroughly();
                }
                return effort.gap() == 0 && searchAll(part, relaxation, ladder);
            }
            if (!done) {
                return ladder.bound() >= target(part);
            }
        }
        return true;
    }

    /** Proves more where all else was not enough; of few parts, and of no case of those that are looked at so closely themselves. */
    private void closely(Begun begun, Ladder ladder) {
        PricedSearch search = begun.search();
        if (!goal.timed() || !search.hasBegun() || close == MOST_CLOSE) {
            return;
        }
        close++;
        search.closely(
                () -> target(begun.part()),
                effort,
                proved -> ladder.add(proved, new Proof.Relaxed(search.prices(), search.raises(), proved)));
    }

    /** The bound that is close enough to the best labelling. */
    private long target(Part part) {
        long best = part.incumbent().best();
        if (best <= enough) {
            return Long.MIN_VALUE;
        }
        if (best == Long.MAX_VALUE) {
            return goal.timed() ? part.problem().mostTime() + 1 : best;
        }
        return effort.target(best);
    }
}
