package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Ways to label blocks that are quickly found: those that labellings met so far used, those that differ from them in one label, and
 * those that cost least at some prices. A search among them proves nothing, but often finds the best labelling.
 */
final class Pool {
    /** Labellings of a block by prices alone. */
    private static final int NEAR = 1000;

    private final Chain chain;
    private final boolean timed;
    private final List<Set<Way>> byKind = new ArrayList<>();

    private record Way(int[] labels) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Way way && Arrays.equals(labels, way.labels);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(labels);
        }
    }

    /**
     * @param timed whether times count, or memory alone
     */
    Pool(Chain chain, boolean timed) {
        this.chain = chain;
        this.timed = timed;
        for (int b = 0; b < chain.blocks(); b++) {
            if (chain.problem().kind(b) == byKind.size()) {
                byKind.add(new LinkedHashSet<>());
            }
        }
    }

    /** Adds what a labelling gives its blocks. */
    void add(int[] x) {
        Problem problem = chain.problem();
        for (int b = 0; b < chain.blocks(); b++) {
            int[] own = new int[problem.block(b).nodes()];
            for (int node = 0; node < own.length; node++) {
                own[node] = x[problem.variable(b, node)];
            }
            byKind.get(problem.kind(b)).add(new Way(own));
        }
    }

    /**
     * Options by class of blocks, joint entry label and joint exit label.
     *
     * @param most priced sum of the whole chain that is looked for
     */
    List<OptionTable> options(Relaxation relaxation, long most) {
        List<OptionTable> all = new ArrayList<>();
        for (int c = 0; c < relaxation.classes(); c++) {
            all.add(new Listing(relaxation, c, most).list());
        }
        return all;
    }

    /** Lists the options of one class. */
    private final class Listing {
        private final PricedBlock priced;
        private final long[] outside;
        private final long most;
        private final long above;
        private final Set<Way> ways;
        private final Boundary entries;
        private final Boundary exits;
        private final OptionTable options;
        private final int[] places;
        private int near;

        Listing(Relaxation relaxation, int c, long most) {
            int b = relaxation.first(c);
            this.most = most;
            above = most - relaxation.least();
            priced = relaxation.block(b);
            outside = relaxation.outside(c);
            ways = byKind.get(chain.problem().kind(b));
            entries = chain.entries(b);
            exits = chain.exits(b);
            options = new OptionTable(entries.size());
            places = priced.joints().byBoundary();
        }

        OptionTable list() {
            for (long part = 64; part >= 1 && near < NEAR; part /= 4) {
                near = 0;
                near(above - above / part);
            }
            for (Way way : ways) {
                around(way.labels().clone());
            }
            return options;
        }

        /** Offers what is nearer to the least sum than all that is looked for. */
        private void near(long nearer) {
            int[] x = new int[priced.block().nodes()];
            for (int k = 0; k < places.length && near < NEAR; k++) {
                int place = places[k];
                long own = priced.least()[place];
                long least = FixedPoint.add(outside[place], own);
                if (least <= most - nearer) {
                    priced.joints().write(place, x);
                    long more = most - nearer - least;
                    priced.near(x, more, (y, less) -> {
                        offer(y, own + more - less);
                        return ++near < NEAR;
                    });
                }
            }
        }

        private void around(int[] x) {
            long sum = priced.sum(x);
            offer(x, sum);
            for (int node = 0; node < x.length; node++) {
                int own = x[node];
                long rest = sum - priced.sum(x, node);
                for (int label = 0; label < priced.block().labels(node); label++) {
                    if (label != own) {
                        x[node] = label;
                        offer(x, sum < FixedPoint.INFINITE ? FixedPoint.add(rest, priced.sum(x, node)) : priced.sum(x));
                    }
                }
                x[node] = own;
            }
        }

        /** Takes a labelling of the block that comes to a priced sum. */
        private void offer(int[] x, long sum) {
            int place = priced.joints().place(x);
            if (place >= 0 && FixedPoint.add(outside[place], sum) <= most) {
                Option option = Option.of(chain.problem(), priced.block(), x, timed);
                List<Option> others = options.cell(entries.joint(x), exits.joint(x));
                if (others.stream().noneMatch(o -> o.dominates(option))) {
                    others.removeIf(option::dominates);
                    others.add(option);
                }
            }
        }
    }
}
