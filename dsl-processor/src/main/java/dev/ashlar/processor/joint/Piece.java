package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import java.util.List;

/**
 * A part of the chain that the model is: its own operators between two blocks, or one repetition of a block.
 *
 * @param path of its operators, {@code "body[3]."}, empty for the model's own
 * @param like the same for all repetitions that run the same variant
 * @param forward steps of forward
 * @param backward steps of backward
 * @param given what comes in
 * @param handed what goes out
 * @param arriving inputs of the model that arrive before it
 * @param crossing inputs of the model that arrived earlier and are read in it or later
 * @param passing inputs of the model that are read later
 * @param losses made here
 * @param laterLosses made in later pieces, and kept until the end of backward
 */
record Piece(
        String path,
        Object like,
        List<Step> forward,
        List<Step> backward,
        List<Port> given,
        List<Port> handed,
        List<Value> arriving,
        List<Value> crossing,
        List<Value> passing,
        List<Value> losses,
        List<Value> laterLosses) {
    /** Copies the lists. */
    Piece {
        forward = List.copyOf(forward);
        backward = List.copyOf(backward);
        given = List.copyOf(given);
        handed = List.copyOf(handed);
        arriving = List.copyOf(arriving);
        crossing = List.copyOf(crossing);
        passing = List.copyOf(passing);
        losses = List.copyOf(losses);
        laterLosses = List.copyOf(laterLosses);
    }
}
