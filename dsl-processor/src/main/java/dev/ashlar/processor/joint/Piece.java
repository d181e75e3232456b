package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.program.Liveness;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A part of the chain that the model is: operators between two blocks, of the model or of one repetition of a block.
 *
 * @param path of its operators, {@code "body[3]."}, empty for the model's own
 * @param owner what full names of its parameters begin with: {@code "body.3."}, or {@code "body."} where repetitions share them
 * @param like the same for all repetitions that run the same variant
 * @param forward steps of forward
 * @param backward steps of backward
 * @param given what comes in
 * @param handed what goes out
 * @param past those among it that pass the next block of the same scope
 * @param carried where it is known all the while how something passes into the next repetition of a block around it
 * @param arriving inputs of the model that arrive before it
 * @param losses made here
 * @param laterLosses made in later pieces, and kept until the end of backward
 * @param behind what is done behind its forward
 * @param behindBackward what is done behind its backward
 * @param added gradients that are added to those that other uses of the same parameters, or other micro-batches, have made before
 */
record Piece(
        String path,
        String owner,
        Object like,
        List<Step> forward,
        List<Step> backward,
        List<Port> given,
        List<Port> handed,
        List<Port> past,
        List<Crossing> carried,
        List<Value> arriving,
        List<Value> losses,
        List<Value> laterLosses,
        List<Turn> behind,
        List<Turn> behindBackward,
        Set<Step.ParameterGradient> added) {
    /** Copies the lists. */
    Piece {
        forward = List.copyOf(forward);
        backward = List.copyOf(backward);
        given = List.copyOf(given);
        handed = List.copyOf(handed);
        past = List.copyOf(past);
        carried = List.copyOf(carried);
        arriving = List.copyOf(arriving);
        losses = List.copyOf(losses);
        laterLosses = List.copyOf(laterLosses);
        behind = List.copyOf(behind);
        behindBackward = List.copyOf(behindBackward);
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
                past,
                carried,
                arriving,
                losses,
                laterLosses,
                behind,
                behindBackward,
                all);
    }

    /** Whether its forward reads what comes in by a port. */
    boolean reads(Port port) {
        return forward.stream().flatMap(s -> Liveness.reads(s).stream()).anyMatch(v -> v == port.value());
    }

    /** Whether its backward reads what comes in by a port, itself or as copies of it that one device does not make. */
    boolean readsBackward(Port port) {
        Set<Value> names = new HashSet<>(Set.of(port.value()));
        forward.stream()
                .filter(s -> s instanceof Step.Collective copy && copy.source() == port.value())
                .forEach(s -> names.add(((Step.Collective) s).result()));
        return backward.stream()
                .filter(s -> s instanceof Step.Kernel)
                .flatMap(s -> Liveness.reads(s).stream())
                .anyMatch(names::contains);
    }

    /** Whether a port is there from its beginning to its end: what comes in by it goes out again. */
    boolean passes(Port port) {
        return given.stream().anyMatch(g -> g.value() == port.value())
                && handed.stream().anyMatch(h -> h.value() == port.value());
    }
}
