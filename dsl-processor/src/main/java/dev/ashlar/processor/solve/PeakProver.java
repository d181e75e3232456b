package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.List;

/** Lowers the peak as far as it goes and proves that nothing needs less. */
final class PeakProver {
    private static final int BEAM = 40;
    private static final double TOLERANCE = 1e-9;

    private final Chain chain;
    private final Incumbent incumbent;
    private final Effort effort;
    private final Work work;

    PeakProver(Chain chain, Incumbent incumbent, Effort effort, Work work) {
        this.chain = chain;
        this.incumbent = incumbent;
        this.effort = effort;
        this.work = work;
    }

    /**
     * Some labelling must be allowed.
     *
     * @param enough a peak that needs no proof
     * @return that no labelling needs its budget or less, the largest budget first; a budget of -1 says nothing
     */
    List<Certificate> prove(long enough) {
        Dual.Result dual =
                Dual.run(chain, incumbent, Restriction.NONE, TOLERANCE, work).orElseThrow();
        Primal primal = new Primal(chain, incumbent);
        LabelSearch search = new LabelSearch(chain, dual.relaxation(), incumbent, effort, work);
        long below = ruledOut(dual.relaxation());
        if (below < incumbent.best() - 1) {
            primal.splice(dual);
            primal.bridge(dual);
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
    private List<Certificate> climb(Dual.Result dual, LabelSearch search, long ruledOut, long enough) {
        Prices prices = dual.relaxation().pricing().prices();
        List<Certificate> proved = new ArrayList<>();
        proved.add(new Certificate(
                ruledOut, false, new Proof.Dual(prices, dual.relaxation().bound(ruledOut))));
        long below = ruledOut;
        long step = Math.max(1, below >> 12);
        while (below < incumbent.best() - 1 && incumbent.best() > enough) {
            long budget = Math.min(incumbent.best() - 1, below + step);
            long best = incumbent.best();
            if (effort.suffixes() == 0 || work.isSpent() || !search.run(1, budget, Integer.MAX_VALUE)) {
                break;
            }
            if (incumbent.best() == best) {
                below = budget;
                proved.add(0, new Certificate(below, false, new Proof.Search(prices, 1)));
                step *= 2;
            }
        }
        return proved;
    }
}
