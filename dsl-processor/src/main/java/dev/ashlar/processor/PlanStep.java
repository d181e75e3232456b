package dev.ashlar.processor;

import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.spec.PlanSpec;
import java.io.IOException;

/** What is done with a plan that was read without errors: from its graph to the written class. */
interface PlanStep {
    /**
     * Processes one plan. Mistakes of the user go to {@code diagnostics}; an exception is a mistake of ours.
     *
     * @throws IOException if a file cannot be written
     */
    void process(PlanSpec plan, Diagnostics diagnostics, PlanSurroundings surroundings) throws IOException;
}
