package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Value;
import java.util.Optional;

/**
 * A tensor that passes from one piece of the chain to the next.
 *
 * @param tensor the tensor of the scope that copies are made of
 * @param value what it was lowered to
 * @param gradient its gradient within the piece, if it has one
 * @param crossing where it passes
 */
record Port(Value tensor, Value value, Optional<Value> gradient, Crossing crossing) {}
