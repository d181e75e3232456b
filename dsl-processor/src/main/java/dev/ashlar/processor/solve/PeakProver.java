package dev.ashlar.processor.solve;

import java.util.List;
import java.util.Optional;

/** Lowers the peak as far as it goes and proves that nothing needs less. */
final class PeakProver {
    private static final int BEAM = 40;
    private static final double TOLERANCE = 1e-9;

    private final Chain chain;
    private final List<OptionPlan> plans;
    private final Incumbent incumbent;
    private final Effort effort;

    PeakProver(Chain chain, List<OptionPlan> plans, Incumbent incumbent, Effort effort) {
        this.chain = chain;
        this.plans = plans;
        this.incumbent = incumbent;
        this.effort = effort;
    }

    /**
     * Some labelling must be allowed.
     *
     * @param enough a peak that needs no proof
     * @return that no labelling needs its budget or less; a budget of -1 says nothing
     */
    Certificate prove(long enough) {
        Dual.Result dual =
                Dual.run(chain, incumbent, Restriction.NONE, TOLERANCE).orElseThrow();
        Primal primal = new Primal(chain, incumbent);
        LabelSearch search = new LabelSearch(chain, plans, dual.relaxation(), incumbent, effort);
        long below = ruledOut(dual.relaxation());
        if (below < incumbent.best() - 1) {
            primal.splice(dual);
            primal.descend();
        }
        while (incumbent.best() > enough && below < incumbent.best() - 1) {
            long best = incumbent.best();
            search.run(1, best - 1, BEAM);
            if (incumbent.best() == best) {
                break;
            }
        }
        return climb(dual, search, below, enough);
    }

    /** The largest budget that the prices rule out. */
    private static long ruledOut(Relaxation relaxation) {
        long low = -1;
        long high = relaxation.least();
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (relaxation.bound(middle) >= 1) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Searches budgets between what is ruled out and what is known, in steps that double. */
    private Certificate climb(Dual.Result dual, LabelSearch search, long ruledOut, long enough) {
        Prices prices = dual.relaxation().pricing().prices();
        Optional<Certificate> proved = Optional.empty();
        long below = ruledOut;
        long step = Math.max(1, below >> 12);
        while (below < incumbent.best() - 1 && incumbent.best() > enough) {
            long budget = Math.min(incumbent.best() - 1, below + step);
            long best = incumbent.best();
            if (effort.suffixes() == 0 || !search.run(1, budget, Integer.MAX_VALUE)) {
                break;
            }
            if (incumbent.best() == best) {
                below = budget;
                proved = Optional.of(new Certificate(below, false, new Proof.Search(prices, 1)));
                step *= 2;
            }
        }
        return proved.orElse(new Certificate(
                ruledOut, false, new Proof.Dual(prices, dual.relaxation().bound(ruledOut))));
    }
}
