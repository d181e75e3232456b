package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Ways to label blocks that listings met: which of their labellings comes to least at some prices of memory is quickly found. */
final class Ways {
    private final Chain chain;
    private final Problem problem;
    private final Map<Integer, List<Way>> byKind = new HashMap<>();
    private final Set<Way> known = new HashSet<>();

    /**
     * One way.
     *
     * @param amounts by quantity, then point
     */
    private record Way(int kind, int entry, int exit, int[] labels, long[] amounts) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Way way && kind == way.kind && Arrays.equals(labels, way.labels);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(labels);
        }

        long sum(Problem problem, long[] coefficients) {
            long sum = amounts[Quantity.TIME.ordinal()];
            for (Quantity compute : Counted.COMPUTES) {
                int c = compute.ordinal();
                sum += Prices.isSum(coefficients[c])
                        ? FixedPoint.down(amounts[c], coefficients[c])
                                + FixedPoint.down(amounts[c + 1], coefficients[c + 1])
                        : Evaluation.segment(problem, amounts[c], amounts[c + 1]);
            }
            for (int q = Quantity.STATIC.ordinal(); q < amounts.length; q++) {
                sum += coefficients[q] > 0 ? FixedPoint.down(amounts[q], coefficients[q]) : 0;
            }
            return sum;
        }
    }

    /**
     * The cheapest ways of a block at some prices.
     *
     * @param ways by joint entry and exit label; of no meaning where there is no sum
     */
    private record Cheapest(int kind, long[] coefficients, int[][] ways, long[][] sums) {}

    Ways(Chain chain) {
        this.chain = chain;
        problem = chain.problem();
    }

    /** Adds what was listed of a block. */
    void add(int b, OptionTable options) {
        options.forEach(o -> add(b, o.labels()));
    }

    private void add(int b, int[] labels) {
        int kind = problem.kind(b);
        long[] amounts = Evaluation.amounts(problem.block(b), labels);
        Way way = new Way(kind, chain.entries(b).joint(labels), chain.exits(b).joint(labels), labels, amounts);
        if (known.add(way)) {
            byKind.computeIfAbsent(kind, k -> new ArrayList<>()).add(way);
        }
    }

    /** Adds what blocks come to least with in labellings whose priced sum is at most {@code most}. */
    void add(Relaxation relaxation, long most) {
        for (int c = 0; c < relaxation.classes(); c++) {
            int b = relaxation.first(c);
            PricedBlock priced = relaxation.block(b);
            long[] outside = relaxation.outside(c);
            int[] labels = new int[problem.block(b).nodes()];
            for (int place : priced.joints().byBoundary()) {
                if (FixedPoint.add(outside[place], relaxation.least(c)[place]) <= most) {
                    priced.joints().write(place, labels);
                    priced.complete(labels);
                    add(b, labels.clone());
                }
            }
        }
    }

    /** Adds what a labelling gives its blocks. */
    void add(int[] x) {
        for (int b = 0; b < chain.blocks(); b++) {
            int[] own = new int[problem.block(b).nodes()];
            for (int node = 0; node < own.length; node++) {
                own[node] = x[problem.variable(b, node)];
            }
            add(b, own);
        }
    }

    /** A labelling and what it comes to at some prices. */
    record Least(int[] labels, long sum) {}

    /** The labelling that comes to least, where directions with an odd share take as long as they do; empty if the ways make none. */
    Optional<Least> least(Pricing pricing) {
        int n = chain.blocks();
        List<Cheapest> cheapest = new ArrayList<>();
        long[][] before = new long[n + 1][];
        before[0] = new long[] {0};
        for (int b = 0; b < n; b++) {
            Cheapest own = cheapest(b, pricing.coefficients(b), cheapest);
            cheapest.add(own);
            before[b + 1] = new long[chain.exits(b).size()];
            Arrays.fill(before[b + 1], FixedPoint.INFINITE);
            for (int i = 0; i < before[b].length; i++) {
                for (int j = 0; j < before[b + 1].length; j++) {
                    before[b + 1][j] = Math.min(before[b + 1][j], FixedPoint.add(before[b][i], own.sums()[i][j]));
                }
            }
        }
        return before[n][0] < FixedPoint.INFINITE
                ? Optional.of(new Least(labelling(before, cheapest), before[n][0]))
                : Optional.empty();
    }

    private int[] labelling(long[][] before, List<Cheapest> cheapest) {
        int[] x = new int[problem.variables()];
        int j = 0;
        for (int b = chain.blocks() - 1; b >= 0; b--) {
            Cheapest own = cheapest.get(b);
            int i = 0;
            while (FixedPoint.add(before[b][i], own.sums()[i][j]) != before[b + 1][j]) {
                i++;
            }
            int[] labels = byKind.getOrDefault(own.kind(), List.of())
                    .get(own.ways()[i][j])
                    .labels();
            for (int node = 0; node < labels.length; node++) {
                x[problem.variable(b, node)] = labels[node];
            }
            j = i;
        }
        return x;
    }

    private Cheapest cheapest(int b, long[] coefficients, List<Cheapest> known) {
        int kind = problem.kind(b);
        for (Cheapest other : known) {
            if (other.kind() == kind && Arrays.equals(other.coefficients(), coefficients)) {
                return other;
            }
        }
        int[][] ways = new int[chain.entries(b).size()][chain.exits(b).size()];
        long[][] sums = new long[ways.length][chain.exits(b).size()];
        Arrays.stream(sums).forEach(row -> Arrays.fill(row, FixedPoint.INFINITE));
        List<Way> all = byKind.getOrDefault(kind, List.of());
        for (int w = 0; w < all.size(); w++) {
            Way way = all.get(w);
            long sum = way.sum(problem, coefficients);
            if (sum < sums[way.entry()][way.exit()]) {
                sums[way.entry()][way.exit()] = sum;
                ways[way.entry()][way.exit()] = w;
            }
        }
        return new Cheapest(kind, coefficients, ways, sums);
    }
}
