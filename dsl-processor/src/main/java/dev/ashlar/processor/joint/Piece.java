package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import java.util.List;
import java.util.Set;

/**
 * A part of the chain that the model is: its own operators between two blocks, or one repetition of a block.
 *
 * @param path of its operators, {@code "body[3]."}, empty for the model's own
 * @param owner what full names of its parameters begin with: {@code "body.3."}, or {@code "body."} where repetitions share them
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
 * @param added gradients that are added to those that other uses of the same parameters, or earlier micro-batches, have made before
 */
record Piece(
        String path,
        String owner,
        Object like,
        List<Step> forward,
        List<Step> backward,
        List<Port> given,
        List<Port> handed,
        List<Value> arriving,
        List<Value> crossing,
        List<Value> passing,
        List<Value> losses,
        List<Value> laterLosses,
        Set<Step.ParameterGradient> added) {
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
        added = Set.copyOf(added);
    }

    /** Whether a gradient is there until the end of the step: it is the first of its parameter, and backward does not update that. */
    boolean leaves(Step.ParameterGradient gradient) {
        return !added.contains(gradient)
                && backward.stream()
                        .noneMatch(s -> s instanceof Step.Update update && update.parameter() == gradient.parameter());
    }

    /** The gradient of a parameter to which others are added. */
    Step.ParameterGradient firstOf(ScopeParameter parameter) {
        return backward.stream()
                .filter(s -> s instanceof Step.ParameterGradient g && g.parameter() == parameter)
                .map(Step.ParameterGradient.class::cast)
                .filter(g -> !added.contains(g))
                .findFirst()
                .orElseThrow();
    }

    /** The way of a gradient to where it is updated. */
    Marker.OfParameter marker(Step.ParameterGradient gradient) {
        return backward.stream()
                .filter(s -> s instanceof Step.Collective c && c.result() == gradient.gradient())
                .map(s -> (Marker.OfParameter) ((Step.Collective) s).transfer())
                .findFirst()
                .orElseThrow();
    }

    /**
     * The same where some gradients are added to others; it is not like those where they are not.
     *
     * @param known parameters that pieces before it use as well
     */
    Piece with(Set<Step.ParameterGradient> all, Set<ScopeParameter> known) {
        return new Piece(
                path,
                owner,
                List.of(like, all, known),
                forward,
                backward,
                given,
                handed,
                arriving,
                crossing,
                passing,
                losses,
                laterLosses,
                all);
    }
}
