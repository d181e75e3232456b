package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SortedMap;
import java.util.TreeMap;

/** The labels that some boundary variables may take. */
final class Restriction {
    static final Restriction NONE = new Restriction(new TreeMap<>());

    private final SortedMap<Integer, BitSet> allowed;

    private Restriction(SortedMap<Integer, BitSet> allowed) {
        this.allowed = allowed;
    }

    /** This restriction and one more. */
    Restriction with(int variable, BitSet labels) {
        SortedMap<Integer, BitSet> more = new TreeMap<>(allowed);
        BitSet both = (BitSet) labels.clone();
        if (allowed.containsKey(variable)) {
            both.and(allowed.get(variable));
        }
        more.put(variable, both);
        return new Restriction(more);
    }

    /** Labels of a variable that are left. */
    BitSet labels(Problem problem, int variable) {
        BitSet all = new BitSet();
        all.set(0, problem.labels(variable));
        return allowed.getOrDefault(variable, all);
    }

    /** Which joint labels of a block's exits are allowed. */
    boolean[] exits(Chain chain, int block) {
        boolean[] result = new boolean[chain.exits(block).size()];
        Arrays.fill(result, true);
        int[] nodes = chain.problem().block(block).exits();
        for (int k = 0; k < nodes.length; k++) {
            BitSet labels = allowed.get(chain.problem().variable(block, nodes[k]));
            for (int joint = 0; labels != null && joint < result.length; joint++) {
                result[joint] &= labels.get(chain.exits(block).label(joint, k));
            }
        }
        return result;
    }

    boolean permits(int[] x) {
        return allowed.entrySet().stream().allMatch(e -> e.getValue().get(x[e.getKey()]));
    }
}
