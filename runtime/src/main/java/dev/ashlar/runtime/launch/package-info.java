/** Ranks: which process of how many this one is. */
@NullMarked
package dev.ashlar.runtime.launch;

import org.jspecify.annotations.NullMarked;
