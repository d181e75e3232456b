/** What is wrong, where, and what to do next: codes, one diagnostic, and their collector. Knows no other package. */
@NullMarked
package dev.ashlar.processor.diagnostic;

import org.jspecify.annotations.NullMarked;
