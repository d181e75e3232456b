package dev.ashlar.processor.write;

/**
 * Estimated time of one operator.
 *
 * @param forward seconds forward
 * @param backward seconds backward
 */
public record OperatorSeconds(double forward, double backward) {}
