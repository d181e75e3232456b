/** What one device runs of a training graph: every operator on its parts of the tensors, with the collectives in between as steps. */
@NullMarked
package dev.ashlar.processor.local;

import org.jspecify.annotations.NullMarked;
