package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Labellings from columns: one before a cut and another after it, then one node at a time. */
final class Primal {
    private static final int BEST_COLUMNS = 6;
    private static final int PASSES = 4;

    private final Chain chain;
    private final Incumbent incumbent;

    Primal(Chain chain, Incumbent incumbent) {
        this.chain = chain;
        this.incumbent = incumbent;
    }

    /** Offers all splices of good columns at cuts where their boundary labels agree. */
    void splice(Dual.Result dual) {
        List<Column> good = best(dual);
        Problem problem = chain.problem();
        for (Column head : good) {
            for (Column tail : good) {
                for (int b = 0; head != tail && b + 1 < chain.blocks(); b++) {
                    if (agree(head.labels(), tail.labels(), b)) {
                        Evaluation joined = head.evaluation().spliced(problem, tail.evaluation(), b);
                        if (incumbent.isBetter(joined)) {
                            incumbent.offer(spliced(head.labels(), tail.labels(), b), joined);
                        }
                    }
                }
            }
        }
    }

    private int[] spliced(int[] head, int[] tail, int b) {
        int[] x = head.clone();
        for (int v = 0; v < x.length; v++) {
            x[v] = chain.problem().owner(v) > b ? tail[v] : x[v];
        }
        return x;
    }

    private boolean agree(int[] head, int[] tail, int b) {
        for (int node : chain.problem().block(b).exits()) {
            int v = chain.problem().variable(b, node);
            if (head[v] != tail[v]) {
                return false;
            }
        }
        return true;
    }

    private List<Column> best(Dual.Result dual) {
        record Ranked(Column column, double value) {}
        List<Ranked> ranked = new ArrayList<>();
        for (Column column : dual.columns()) {
            double value = incumbent.goal().timed() ? column.evaluation().time() : 0;
            for (Prices.PointPrice p : dual.relaxation().pricing().prices().points()) {
                value += (double) p.price() / Prices.ONE * column.evaluation().memory()[p.block()][p.point()];
            }
            ranked.add(new Ranked(column, value));
        }
        ranked.sort(Comparator.comparingDouble(Ranked::value));
        return ranked.stream().limit(BEST_COLUMNS).map(Ranked::column).toList();
    }

    /** Changes one node at a time while that makes the best labelling better. */
    void descend() {
        boolean changed = incumbent.labels().isPresent();
        for (int pass = 0; changed && pass < PASSES; pass++) {
            changed = false;
            for (int v = chain.problem().variables() - 1; v >= 0; v--) {
                changed |= improve(v);
            }
        }
    }

    private boolean improve(int variable) {
        int[] x = incumbent.labels().orElseThrow();
        Evaluation current = incumbent.evaluation().orElseThrow();
        int old = x[variable];
        boolean better = false;
        for (int label = 0; label < chain.problem().labels(variable); label++) {
            x[variable] = label;
            better |= label != old && incumbent.offer(x, current.with(chain.problem(), variable, x));
        }
        return better;
    }
}
