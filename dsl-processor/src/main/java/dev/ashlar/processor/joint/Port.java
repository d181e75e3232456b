package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Value;
import java.util.Optional;

/**
 * A tensor that passes from one piece of the chain to the next.
 *
 * @param value the tensor within the piece
 * @param gradient its gradient within the piece, if it has one
 * @param crossing where it passes
 */
record Port(Value value, Optional<Value> gradient, Crossing crossing) {}
