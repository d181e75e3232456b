package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        List<Good> good = best(dual);
        for (Good head : good) {
            for (Good tail : good) {
                for (int b = 0; head != tail && b + 1 < chain.blocks(); b++) {
                    Halves.Sums sums = head.halves().spliced(tail.halves(), b + 1);
                    if (incumbent.isBetter(sums.time(), sums.peak()) && agree(head.labels(), tail.labels(), b)) {
                        incumbent.offer(
                                spliced(head.labels(), tail.labels(), b),
                                head.evaluation().spliced(chain.problem(), tail.evaluation(), b));
                    }
                }
            }
        }
    }

    /** A good column and the sums of its halves. */
    private record Good(Column column, Halves halves) {
        int[] labels() {
            return column.labels();
        }

        Evaluation evaluation() {
            return column.evaluation();
        }
    }

    /** One block between two labellings. */
    private record Between(int[] labels, long[] amounts) {}

    /** What decides about the block between. */
    private record Ends(int blockClass, int entry, int exit) {}

    /**
     * Offers all changes of good columns from one to another whose boundary labels differ: one block leads from the labels before it to
     * those after it, its inner labels are the cheapest at the prices. On slow links the best plan changes its layout once.
     */
    void bridge(Dual.Result dual) {
        List<Good> good = best(dual);
        Map<Ends, Between> known = new HashMap<>();
        for (Good head : good) {
            for (Good tail : good) {
                for (int b = 1; head != tail && b + 1 < chain.blocks(); b++) {
                    bridge(dual.relaxation(), b, head, tail, known);
                }
            }
        }
    }

    private void bridge(Relaxation relaxation, int b, Good head, Good tail, Map<Ends, Between> known) {
        Problem problem = chain.problem();
        Block block = problem.block(b);
        int[] labels = new int[block.nodes()];
        for (int node = 0; node < block.entries(); node++) {
            labels[node] = head.labels()[problem.variable(b, node)];
        }
        for (int node : block.exits()) {
            int label = tail.labels()[problem.variable(b, node)];
            if (node < block.entries() && labels[node] != label) {
                return;
            }
            labels[node] = label;
        }
        Ends ends = new Ends(
                relaxation.classOf(b),
                chain.entries(b).joint(labels),
                chain.exits(b).joint(labels));
        PricedBlock priced = relaxation.block(b);
        int place = priced.joints().place(labels);
        if (place < 0 || priced.least()[place] >= FixedPoint.INFINITE) {
            return;
        }
        Between between = known.computeIfAbsent(ends, e -> {
            priced.complete(labels);
            return new Between(labels, Evaluation.amounts(block, labels));
        });
        Halves.Sums sums = head.halves().bridged(problem, tail.halves(), b, between.amounts());
        if (incumbent.isBetter(sums.time(), sums.peak())) {
            int[] x = spliced(head.labels(), tail.labels(), b);
            for (int node = 0; node < labels.length; node++) {
                x[problem.variable(b, node)] = between.labels()[node];
            }
            incumbent.offer(x, head.evaluation().bridged(problem, tail.evaluation(), b, between.amounts()));
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

    private List<Good> best(Dual.Result dual) {
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
        return ranked.stream()
                .limit(BEST_COLUMNS)
                .map(r -> new Good(
                        r.column(), Halves.of(chain.problem(), r.column().evaluation())))
                .toList();
    }

    /** Changes one node at a time while that makes the best labelling better. */
    void descend() {
        boolean changed = incumbent.isNew();
        int[] x = changed ? incumbent.labels().orElseThrow() : new int[0];
        for (int pass = 0; changed && pass < PASSES; pass++) {
            changed = false;
            for (int v = chain.problem().variables() - 1; v >= 0; v--) {
                if (improve(v, x)) {
                    x = incumbent.labels().orElseThrow();
                    changed = true;
                }
            }
        }
        incumbent.isNew();
    }

    private boolean isWanted(long time, long peak) {
        return (!incumbent.goal().timed() || time <= incumbent.best()) && incumbent.isBetter(time, peak);
    }

    /** @param x the best labelling so far; unchanged behind the call */
    private boolean improve(int variable, int[] x) {
        Evaluation current = incumbent.evaluation().orElseThrow();
        int old = x[variable];
        boolean better = false;
        for (int label = 0; label < chain.problem().labels(variable); label++) {
            if (label == old) {
                continue;
            }
            Optional<Evaluation> other = current.with(chain.problem(), variable, label, x, this::isWanted);
            if (other.isPresent()) {
                x[variable] = label;
                better |= incumbent.offer(x, other.get());
                x[variable] = old;
            }
        }
        return better;
    }
}
