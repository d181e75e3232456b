/** Reads and checks elements into records; with the writer and the root the only place that sees {@code javax.lang.model}. */
@NullMarked
package dev.ashlar.processor.spec;

import org.jspecify.annotations.NullMarked;
