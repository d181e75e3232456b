package dev.ashlar.processor.program;

/**
 * A tensor that forward leaves for backward; views of it are not counted again.
 *
 * @param operator full name of what made it: {@code "body[0].ln1"}, or the name of the model's input
 * @param name its own name there: {@code "ln1.mean"}
 * @param bytes its size
 */
public record SavedTensor(String operator, String name, long bytes) {}
