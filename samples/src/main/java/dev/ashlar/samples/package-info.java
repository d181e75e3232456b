/** What the samples share: a command line, rows with classes, and batches of them. */
@NullMarked
package dev.ashlar.samples;

import org.jspecify.annotations.NullMarked;
