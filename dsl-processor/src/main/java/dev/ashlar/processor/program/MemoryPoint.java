package dev.ashlar.processor.program;

/**
 * The most memory that is taken while one operator runs.
 *
 * @param index place in the order of execution, from 0
 * @param phase {@code "forward"}, {@code "backward"}, {@code "update"}; {@code "losses"} and {@code "outputs"} of evaluation
 * @param at full name of what runs: {@code "body[0].ln1"}
 * @param bytes memory, static included
 */
public record MemoryPoint(int index, String phase, String at, long bytes) {}
