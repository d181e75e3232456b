package dev.ashlar.runtime.train;

import java.util.OptionalDouble;

/**
 * What training came to.
 *
 * @param steps how many updates the parameters have seen in all
 * @param loss the loss of the last step; NaN if there was none left to do
 * @param heldOutLoss the last mean loss of the held-out batches, if there are any
 */
public record TrainingResult(long steps, double loss, OptionalDouble heldOutLoss) {}
