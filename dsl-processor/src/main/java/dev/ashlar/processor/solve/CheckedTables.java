package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;

/** Least priced sums, found by eliminating one position after the other: the bound, and what is still to come in a search. */
final class CheckedTables {
    /** No labelling. */
    static final long FORBIDDEN = Long.MAX_VALUE;

    private static final long LARGEST = 1L << 23;

    private final CheckedModel model;
    private final CheckedPrices prices;
    private final BitSet[] allowed;
    private final List<int[]> scopes = new ArrayList<>();
    private final List<long[]> tables = new ArrayList<>();

    /**
     * @param allowed labels by position
     * @throws ArithmeticException if sums leave a long or a table is too large
     */
    CheckedTables(CheckedModel model, CheckedPrices prices, BitSet[] allowed) {
        this.model = model;
        this.prices = prices;
        this.allowed = allowed;
        scopes.add(new int[0]);
        tables.add(new long[] {0});
        for (int position = 0; position < model.positions(); position++) {
            eliminate(position);
        }
    }

    private void eliminate(int position) {
        TreeSet<Integer> nodes = new TreeSet<>();
        List<int[]> inputScopes = new ArrayList<>(List.of(scopes.get(position)));
        List<long[]> inputs = new ArrayList<>(List.of(tables.get(position)));
        for (CheckedModel.Table table : model.tablesAt(position)) {
            inputScopes.add(table.positions());
            inputs.add(prices.costs(table));
        }
        for (int[] scope : inputScopes) {
            for (int p : scope) {
                nodes.add(p);
            }
        }
        nodes.remove(position);
        int[] scope = nodes.stream().mapToInt(Integer::intValue).toArray();
        scopes.add(scope);
        tables.add(minimum(position, scope, inputScopes, inputs));
    }

    private long[] minimum(int position, int[] scope, List<int[]> inputScopes, List<long[]> inputs) {
        long size = 1;
        for (int p : scope) {
            size *= model.labelsAt(p);
            if (size > LARGEST) {
                throw new ArithmeticException("a table is too large");
            }
        }
        long[] result = new long[(int) size];
        int[] labels = new int[model.positions()];
        int[] at = new int[inputs.size()];
        int[] step = new int[inputs.size()];
        for (int i = 0; i < step.length; i++) {
            step[i] = stride(inputScopes.get(i), position);
        }
        for (int key = 0; key < result.length; key++) {
            read(scope, key, labels);
            labels[position] = 0;
            for (int i = 0; i < at.length; i++) {
                at[i] = key(inputScopes.get(i), labels);
            }
            result[key] = least(position, inputs, at, step);
        }
        return result;
    }

    private long least(int position, List<long[]> inputs, int[] at, int[] step) {
        long least = FORBIDDEN;
        for (int label = 0; label < model.labelsAt(position); label++) {
            long sum = allowed[position].get(label) ? 0 : FORBIDDEN;
            for (int i = 0; i < at.length && sum != FORBIDDEN; i++) {
                long cost = inputs.get(i)[at[i] + label * step[i]];
                sum = cost == FORBIDDEN ? FORBIDDEN : Math.addExact(sum, cost);
            }
            least = Math.min(least, sum);
        }
        return least;
    }

    private int stride(int[] scope, int position) {
        int stride = 1;
        for (int k = scope.length - 1; k >= 0; k--) {
            if (scope[k] == position) {
                return stride;
            }
            stride *= model.labelsAt(scope[k]);
        }
        return 0;
    }

    private int key(int[] scope, int[] labels) {
        int key = 0;
        for (int p : scope) {
            key = key * model.labelsAt(p) + labels[p];
        }
        return key;
    }

    /** Writes the labels of a key of a level. */
    void read(int level, int key, int[] labels) {
        read(scopes.get(level), key, labels);
    }

    private void read(int[] scope, int key, int[] labels) {
        int rest = key;
        for (int k = scope.length - 1; k >= 0; k--) {
            labels[scope[k]] = rest % model.labelsAt(scope[k]);
            rest /= model.labelsAt(scope[k]);
        }
    }

    /** The key of a level: joint labels of later positions that tables of earlier ones read. */
    int key(int level, int[] labels) {
        return key(scopes.get(level), labels);
    }

    /** The least priced sum of all tables of positions before the level; {@link #FORBIDDEN} if there is none. */
    long before(int level, int key) {
        return tables.get(level)[key];
    }

    /** The least priced sum; {@link #FORBIDDEN} if no labelling is allowed. */
    long least() {
        return tables.get(model.positions())[0];
    }

    boolean allows(int position, int label) {
        return allowed[position].get(label);
    }
}
