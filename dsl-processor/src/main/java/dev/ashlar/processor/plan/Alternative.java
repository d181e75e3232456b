package dev.ashlar.processor.plan;

/**
 * The best plan that differs in one operator's strategy, and in what it pays to change with it.
 *
 * @param strategy of the operator
 * @param extraSeconds by how much a step takes longer
 * @param extraBytes by how much the peak is higher; less than 0 if it is lower
 * @param fits whether it is within the memory; if not, it is the one that needs the least
 */
public record Alternative(String strategy, double extraSeconds, long extraBytes, boolean fits) {}
