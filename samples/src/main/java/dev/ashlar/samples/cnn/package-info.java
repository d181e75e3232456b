/** A residual network that reads digits. */
@NullMarked
package dev.ashlar.samples.cnn;

import org.jspecify.annotations.NullMarked;
