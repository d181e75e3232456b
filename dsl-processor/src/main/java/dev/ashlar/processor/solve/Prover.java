package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Raises the bound on the time until it meets the best labelling: dual, search, branching on a boundary label. */
final class Prover {
    private static final int[] BEAMS = {8, 40, 160};
    private static final int MOST_BRANCHES = 24;
    private static final double FIRST_SLACK = 2e-4;
    private static final double LAST_SLACK = 0.06;
    static final double TOLERANCE = 1e-6;

    private final Chain chain;
    private final Incumbent incumbent;
    private final Effort effort;
    private final Work work;
    private final long budget;
    private int branched;

    Prover(Chain chain, Incumbent incumbent, Effort effort, Work work) {
        this.chain = chain;
        this.incumbent = incumbent;
        this.effort = effort;
        this.work = work;
        budget = incumbent.goal().budget();
    }

    /** The dual bound under a restriction, with splices and descent; empty if no labelling is left. */
    Optional<Dual.Result> relax(Restriction restriction) {
        Optional<Dual.Result> dual = Dual.run(chain, incumbent, restriction, TOLERANCE, work);
        Primal primal = new Primal(chain, incumbent);
        dual.ifPresent(primal::splice);
        if (dual.isPresent() && !close(bound(dual.get()))) {
            primal.bridge(dual.get());
            primal.descend();
        }
        return dual;
    }

    /** Looks for better labellings near the bound, then further from it, then with more patience. */
    void improve(Dual.Result dual) {
        long bound = bound(dual);
        for (int beam : BEAMS) {
            widen(dual, beam);
        }
        if (!close(bound)) {
            new Primal(chain, incumbent).descend();
        }
    }

    private void widen(Dual.Result dual, int beam) {
        long bound = bound(dual);
        LabelSearch search = search(dual);
        for (double slack = FIRST_SLACK; slack <= LAST_SLACK && !close(bound) && !work.isSpent(); slack *= 4) {
            long cutoff = Math.min(incumbent.best(), bound + 1 + (long) (Math.abs((double) bound) * slack));
            search.run(cutoff, budget, beam);
            if (incumbent.best() <= cutoff) {
                return;
            }
        }
    }

    /** Proofs up to the highest bound within the effort. */
    Ladder prove(Dual.Result dual) {
        return prove(dual, Restriction.NONE, effort.branches());
    }

    private Ladder prove(Dual.Result dual, Restriction restriction, int branches) {
        Prices prices = dual.relaxation().pricing().prices();
        long bound = bound(dual);
        Ladder ladder = new Ladder(new Proof.Dual(prices, bound));
        LabelSearch search = search(dual);
        for (double share = 0.25; ladder.bound() < target(); share *= 2) {
            long target = target();
            long cutoff = share >= 1 ? target : bound + (long) Math.ceil(share * (target - bound));
            if (effort.suffixes() == 0 || work.isSpent() || !search.run(cutoff, budget, Integer.MAX_VALUE)) {
                if (branches > 0) {
                    branch(dual, restriction, branches).ifPresent(ladder::addAll);
                }
                return ladder;
            }
            ladder.add(new Proof.Search(prices, Math.min(cutoff, incumbent.best())));
        }
        return ladder;
    }

    /** Splits by a boundary label: those that the prices rule out are one case, every other is its own. */
    private Optional<Ladder> branch(Dual.Result dual, Restriction restriction, int branches) {
        Optional<Integer> variable = branchVariable(dual.relaxation());
        if (variable.isEmpty()) {
            return Optional.empty();
        }
        int v = variable.get();
        long[] bounds = byLabel(dual.relaxation(), v);
        List<Integer> out = new ArrayList<>();
        List<List<Integer>> labels = new ArrayList<>();
        List<Ladder> cases = new ArrayList<>();
        long least = Long.MAX_VALUE;
        long target = target();
        for (int label = 0; label < bounds.length; label++) {
            if (bounds[label] >= target) {
                out.add(label);
                least = Math.min(least, bounds[label]);
            } else {
                labels.add(List.of(label));
                cases.add(branch(dual, restriction, branches, v, label, bounds[label]));
            }
        }
        if (!out.isEmpty()) {
            labels.add(out);
            cases.add(new Ladder(new Proof.Dual(dual.relaxation().pricing().prices(), least)));
        }
        return Optional.of(Ladder.split(v, labels, cases));
    }

    private Ladder branch(
            Dual.Result parent, Restriction restriction, int branches, int variable, int label, long bound) {
        BitSet only = new BitSet();
        only.set(label);
        Restriction narrower = restriction.with(variable, only);
        Ladder ladder = new Ladder(new Proof.Dual(parent.relaxation().pricing().prices(), bound));
        branched++;
        boolean stop = branched > MOST_BRANCHES || work.isSpent();
        Optional<Dual.Result> dual = stop ? Optional.empty() : relax(narrower);
        dual.ifPresent(d -> ladder.addAll(prove(d, narrower, branches - 1)));
        return ladder;
    }

    /** The boundary variable nearest to the middle that has several labels below the target; empty if no variable has. */
    private Optional<Integer> branchVariable(Relaxation relaxation) {
        int middle = chain.blocks() / 2;
        Optional<Integer> best = Optional.empty();
        for (int b = 0; b + 1 < chain.blocks(); b++) {
            boolean nearer = best.isEmpty()
                    || Math.abs(b - middle) < Math.abs(chain.problem().owner(best.get()) - middle);
            for (int node : chain.problem().block(b).exits()) {
                int v = chain.problem().variable(b, node);
                long below = 0;
                for (long bound : byLabel(relaxation, v)) {
                    below += bound < target() ? 1 : 0;
                }
                if (nearer && below > 1) {
                    best = Optional.of(v);
                }
            }
        }
        return best;
    }

    /** The bound for every label of a boundary variable. */
    private long[] byLabel(Relaxation relaxation, int variable) {
        int b = chain.problem().owner(variable);
        int[] exits = chain.problem().block(b).exits();
        int k = 0;
        while (chain.problem().variable(b, exits[k]) != variable) {
            k++;
        }
        long[] bounds = new long[chain.problem().labels(variable)];
        Arrays.fill(bounds, FixedPoint.INFINITE);
        for (int j = 0; j < chain.exits(b).size(); j++) {
            int label = chain.exits(b).label(j, k);
            long sum = FixedPoint.add(relaxation.before(b + 1)[j], relaxation.after(b + 1)[j]);
            bounds[label] = Math.min(bounds[label], sum);
        }
        long worth = relaxation.pricing().worth(budget);
        for (int label = 0; label < bounds.length; label++) {
            bounds[label] -= worth;
        }
        return bounds;
    }

    private LabelSearch search(Dual.Result dual) {
        return new LabelSearch(chain, dual.relaxation(), incumbent, effort, work);
    }

    private long bound(Dual.Result dual) {
        return dual.relaxation().bound(budget);
    }

    private boolean close(long bound) {
        return bound >= target();
    }

    /** The bound that is close enough to the best labelling. */
    private long target() {
        long best = incumbent.best();
        if (effort.gap() == 0 || best == Long.MAX_VALUE) {
            return best;
        }
        return (long) Math.ceil(best / (1 + effort.gap()));
    }
}
