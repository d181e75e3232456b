/** Operators joined by tensors: reading a model into scopes, inferring shapes, deriving gradients. */
@NullMarked
package dev.ashlar.processor.graph;

import org.jspecify.annotations.NullMarked;
