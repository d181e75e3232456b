package dev.ashlar.processor.solve;

import java.util.List;

/**
 * A labelling and what it comes to.
 *
 * @param labels by variable of the problem
 * @param time of one step, in 2^-20 ns
 * @param peak the most memory at any time point, in the unit of the budget
 */
public record Solution(List<Integer> labels, long time, long peak) {
    /** Copies its list. */
    public Solution {
        labels = List.copyOf(labels);
    }

    /** The label of a node of a block. */
    public int label(Problem problem, int block, int node) {
        return labels.get(problem.variable(block, node));
    }
}
