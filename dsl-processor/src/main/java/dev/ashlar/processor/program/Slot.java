package dev.ashlar.processor.program;

import dev.ashlar.processor.op.TensorType;

/**
 * Where a routine holds a tensor: a variable of its own, or a field that outlives it. A slot owns what it holds until it is freed or
 * given away.
 *
 * @param name Java name, unique in its scope
 * @param field whether it is a field of the scope's saved tensors
 * @param type shape and element type
 */
public record Slot(String name, boolean field, TensorType type) {}
