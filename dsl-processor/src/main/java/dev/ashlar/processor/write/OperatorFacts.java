package dev.ashlar.processor.write;

import java.util.Optional;

/**
 * What is told of one operator.
 *
 * @param forward estimated seconds forward
 * @param backward estimated seconds backward
 * @param strategy how devices share it; empty on one device
 */
public record OperatorFacts(double forward, double backward, Optional<String> strategy) {}
