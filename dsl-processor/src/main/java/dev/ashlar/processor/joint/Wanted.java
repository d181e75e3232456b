package dev.ashlar.processor.joint;

import dev.ashlar.processor.local.Boundary;
import java.util.List;

/**
 * How a copy is wanted.
 *
 * @param variable what decides
 * @param boundaries layouts of the copy and its gradient, by label
 */
record Wanted(Variable variable, List<Boundary> boundaries) {
    /** Copies the list. */
    Wanted {
        boundaries = List.copyOf(boundaries);
    }
}
