package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Nodes that must keep the same labels for equal blocks to stay equal: those of one variable, and the same node of equal blocks. */
final class NodeClasses {
    private final Problem problem;
    private final List<Integer> firstOfKind = new ArrayList<>();
    private final int[] parents;

    NodeClasses(Problem problem) {
        this.problem = problem;
        int nodes = 0;
        for (int b = 0; b < problem.blocks().size(); b++) {
            if (problem.kind(b) == firstOfKind.size()) {
                firstOfKind.add(nodes);
                nodes += problem.block(b).nodes();
            }
        }
        parents = new int[nodes];
        for (int n = 0; n < nodes; n++) {
            parents[n] = n;
        }
        int[] nodeOf = new int[problem.variables()];
        for (int b = 0; b < problem.blocks().size(); b++) {
            for (int node = 0; node < problem.block(b).nodes(); node++) {
                int v = problem.variable(b, node);
                int own = firstOfKind.get(problem.kind(b)) + node;
                if (problem.owner(v) == b) {
                    nodeOf[v] = own;
                }
                join(nodeOf[v], own);
            }
        }
    }

    private int root(int node) {
        int at = node;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }

    private void join(int a, int b) {
        int first = Math.min(root(a), root(b));
        parents[Math.max(root(a), root(b))] = first;
    }

    int of(int block, int node) {
        return root(firstOfKind.get(problem.kind(block)) + node);
    }

    /** By class the labels of all its variables. */
    BitSet[] union(BitSet[] byVariable) {
        BitSet[] union = new BitSet[parents.length];
        for (int n = 0; n < union.length; n++) {
            union[n] = new BitSet();
        }
        for (int b = 0; b < problem.blocks().size(); b++) {
            for (int node = 0; node < problem.block(b).nodes(); node++) {
                union[of(b, node)].or(byVariable[problem.variable(b, node)]);
            }
        }
        return union;
    }
}
