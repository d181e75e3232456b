package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.TensorType;

/**
 * A transfer with what it makes.
 *
 * @param transfer what is done
 * @param label what the result is told apart by from others of the same tensor: {@code "S0R"}
 * @param type of the result on one device
 */
public record Hop(Transfer transfer, String label, TensorType type) {}
