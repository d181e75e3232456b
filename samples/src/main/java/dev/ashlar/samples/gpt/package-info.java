/** A transformer that learns text byte by byte. */
@NullMarked
package dev.ashlar.samples.gpt;

import org.jspecify.annotations.NullMarked;
