package dev.ashlar.processor.plan;

/**
 * What a step takes within some memory.
 *
 * @param budgetBytes memory of the device
 * @param stepSeconds of the fastest plan that was found
 * @param gap how far it can be from the optimum, as a share of the bound
 */
public record Tradeoff(long budgetBytes, double stepSeconds, double gap) {}
