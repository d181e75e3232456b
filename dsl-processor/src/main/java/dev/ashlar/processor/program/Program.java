package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.TrainingGraph;
import java.util.List;
import java.util.Optional;

/**
 * What a plan executes.
 *
 * @param graph what it was made from
 * @param scopes the scopes, the root first, then blocks before those that they use
 * @param routines all routines of blocks, in order of their first call
 * @param forward training forward of the model; empty if it is not trained
 * @param backward training backward of the model; empty if it is not trained
 * @param losses evaluation of the losses; empty if there are none
 * @param outputs evaluation of the outputs; empty if there are none
 */
public record Program(
        TrainingGraph graph,
        List<ScopeNames> scopes,
        List<Routine> routines,
        Optional<Routine> forward,
        Optional<Routine> backward,
        Optional<Routine> losses,
        Optional<Routine> outputs) {}
