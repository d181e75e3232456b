/** The annotation processor: rounds, options and the order of the steps. */
@NullMarked
package dev.ashlar.processor;

import org.jspecify.annotations.NullMarked;
