/** What every operator of a lowered graph costs: floating point operations, bytes moved, seconds. */
@NullMarked
package dev.ashlar.processor.cost;

import org.jspecify.annotations.NullMarked;
