/**
 * How tensors lie on a mesh: layouts, every strategy that an operator's dimension rule allows, and the cheapest way from one layout to
 * another. Times are whole ticks of 2⁻²⁰ nanoseconds, so that sums are exact and ties have one winner.
 */
@NullMarked
package dev.ashlar.processor.shard;

import org.jspecify.annotations.NullMarked;
