package dev.ashlar.runtime.train;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How training goes, from time to time.
 *
 * @param step how many updates are done
 * @param steps how many there will be
 * @param loss the mean loss since the last report
 * @param learningRate of the last update
 * @param itemsPerSecond tokens or samples a second since the last report
 * @param items "tokens" or "samples"
 * @param heldOutLoss the mean loss of the held-out batches, if they were just evaluated
 * @param peakBytes the highest measured memory of the device, if it is measured
 */
public record TrainingReport(
        long step,
        long steps,
        double loss,
        double learningRate,
        double itemsPerSecond,
        String items,
        OptionalDouble heldOutLoss,
        OptionalLong peakBytes) {}
