package dev.ashlar.processor.graph;

/**
 * A loss of a model.
 *
 * @param name its name, the method's
 * @param value the scalar
 * @param weight its weight in the sum that is trained
 */
public record ScopeLoss(String name, Value value, double weight) {}
