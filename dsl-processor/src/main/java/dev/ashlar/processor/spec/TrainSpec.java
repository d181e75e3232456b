package dev.ashlar.processor.spec;

import java.util.List;

/**
 * How a plan trains.
 *
 * @param optimizer {@code "SGD"}, {@code "ADAMW"} or {@code "LION"}
 * @param precision {@code "FP32"}, {@code "BF16"} or {@code "BF16_MIXED"}
 * @param trainable patterns of trained parameters, each a text
 * @param noDecay patterns of parameters without weight decay, each a text
 * @param clipping whether the step may clip
 */
public record TrainSpec(
        String optimizer, String precision, List<ValueSpec> trainable, List<ValueSpec> noDecay, boolean clipping) {}
