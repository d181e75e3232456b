/** The operators, parameters and optimizers that generated code calls, on libtorch. A tensor is closed by who owns it. */
@NullMarked
package dev.ashlar.runtime.engine;

import org.jspecify.annotations.NullMarked;
