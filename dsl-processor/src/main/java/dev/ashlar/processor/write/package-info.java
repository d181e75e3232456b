/** Prints programs as Java source. */
@NullMarked
package dev.ashlar.processor.write;

import org.jspecify.annotations.NullMarked;
