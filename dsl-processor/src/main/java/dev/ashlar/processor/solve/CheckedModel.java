package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The checker's own view of a problem: one list of tables over positions, in the order in which variables are eliminated. */
final class CheckedModel {
    private final Problem problem;
    private final int[] variableAt;
    private final int[] labelsAt;
    private final List<List<Table>> tables = new ArrayList<>();

    /**
     * A factor of a block over positions.
     *
     * @param block of the chain
     * @param positions of its nodes, in the order of its scope
     */
    record Table(int block, int[] positions, Factor factor) {
        int least() {
            return Arrays.stream(positions).min().orElseThrow();
        }
    }

    CheckedModel(Problem problem) {
        this.problem = problem;
        int n = problem.variables();
        int[] blocks = new int[n];
        for (int b = 0; b < problem.blocks().size(); b++) {
            for (int node = 0; node < problem.blocks().get(b).nodes(); node++) {
                blocks[problem.variable(b, node)]++;
            }
        }
        // What reaches over several blocks comes last: else none of them could be closed before it has a label.
        List<Integer> order = new ArrayList<>();
        for (boolean far : new boolean[] {false, true}) {
            for (int v = 0; v < n; v++) {
                if (blocks[v] > 2 == far) {
                    order.add(v);
                }
            }
        }
        int[] positionOf = new int[n];
        variableAt = new int[n];
        labelsAt = new int[n];
        for (int p = 0; p < n; p++) {
            variableAt[p] = order.get(p);
            positionOf[order.get(p)] = p;
            labelsAt[p] = problem.labels(order.get(p));
            tables.add(new ArrayList<>());
        }
        for (int b = 0; b < problem.blocks().size(); b++) {
            for (Factor factor : problem.blocks().get(b).factors()) {
                int block = b;
                int[] positions = Arrays.stream(factor.scope())
                        .map(node -> positionOf[problem.variable(block, node)])
                        .toArray();
                Table table = new Table(b, positions, factor);
                tables.get(table.least()).add(table);
            }
        }
    }

    Problem problem() {
        return problem;
    }

    int positions() {
        return variableAt.length;
    }

    int variableAt(int position) {
        return variableAt[position];
    }

    int labelsAt(int position) {
        return labelsAt[position];
    }

    /** Tables whose least position this is. */
    List<Table> tablesAt(int position) {
        return tables.get(position);
    }

    /** The entry of a table for labels by position. */
    int entry(Table table, int[] labels) {
        int entry = 0;
        for (int position : table.positions()) {
            entry = entry * labelsAt[position] + labels[position];
        }
        return entry;
    }
}
