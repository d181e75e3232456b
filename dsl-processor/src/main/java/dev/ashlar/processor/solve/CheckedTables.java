package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;

/** What is still to come in a search: least priced sums of the tables of earlier positions, one position after the other. */
final class CheckedTables {
    private static final long LARGEST = 1L << 22;

    private final CheckedModel model;
    private final CheckedPrices prices;
    private final int[][] labelsAt;
    private final int[][] numberOf;
    private final List<int[]> scopes = new ArrayList<>();
    private final List<long[]> tables = new ArrayList<>();

    /**
     * @param allowed labels by variable: no other is looked at
     * @throws ArithmeticException if a table is too large
     */
    CheckedTables(CheckedModel model, CheckedPrices prices, BitSet[] allowed) {
        this.model = model;
        this.prices = prices;
        labelsAt = new int[model.positions()][];
        numberOf = new int[model.positions()][];
        for (int p = 0; p < labelsAt.length; p++) {
            labelsAt[p] = allowed[model.variableAt(p)].stream().toArray();
            numberOf[p] = new int[model.labelsAt(p)];
            for (int k = 0; k < labelsAt[p].length; k++) {
                numberOf[p][labelsAt[p][k]] = k;
            }
        }
        scopes.add(new int[0]);
        tables.add(new long[] {0});
        for (int position = 0; position < model.positions(); position++) {
            eliminate(position);
        }
    }

    private void eliminate(int position) {
        TreeSet<Integer> nodes = new TreeSet<>();
        Arrays.stream(scopes.get(position)).forEach(nodes::add);
        for (CheckedModel.Table table : model.tablesAt(position)) {
            Arrays.stream(table.positions()).forEach(nodes::add);
        }
        nodes.remove(position);
        int[] scope = nodes.stream().mapToInt(Integer::intValue).toArray();
        long size = 1;
        for (int p : scope) {
            size *= labelsAt[p].length;
            if (size > LARGEST) {
                throw new ArithmeticException("a table is too large");
            }
        }
        scopes.add(scope);
        long[] result = new long[(int) size];
        int[] labels = new int[model.positions()];
        for (int key = 0; key < result.length; key++) {
            read(position + 1, key, labels);
            result[key] = least(position, labels);
        }
        tables.add(result);
    }

    private long least(int position, int[] labels) {
        long least = CheckedTable.FORBIDDEN;
        for (int label : labelsAt[position]) {
            labels[position] = label;
            long sum = before(position, key(position, labels));
            for (CheckedModel.Table table : model.tablesAt(position)) {
                if (sum >= least) {
                    break;
                }
                long cost = prices.cost(table.block(), table.factor(), model.entry(table, labels));
                sum = CheckedTable.add(sum, cost);
            }
            least = Math.min(least, sum);
        }
        return least;
    }

    /** Allowed labels of a position. */
    int[] labels(int position) {
        return labelsAt[position];
    }

    /** Writes the labels of a key of a level. */
    void read(int level, int key, int[] labels) {
        int[] scope = scopes.get(level);
        int rest = key;
        for (int k = scope.length - 1; k >= 0; k--) {
            int[] of = labelsAt[scope[k]];
            labels[scope[k]] = of[rest % of.length];
            rest /= of.length;
        }
    }

    /** The key of a level: joint labels of later positions that tables of earlier ones read. */
    int key(int level, int[] labels) {
        int key = 0;
        for (int p : scopes.get(level)) {
            key = key * labelsAt[p].length + numberOf[p][labels[p]];
        }
        return key;
    }

    /** The least priced sum of all tables of positions before the level; {@link CheckedTable#FORBIDDEN} if there is none. */
    long before(int level, int key) {
        return tables.get(level)[key];
    }
}
