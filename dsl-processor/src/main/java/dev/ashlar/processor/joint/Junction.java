package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What passes from one piece of the chain to the next. Where a tensor that goes on past the next piece may lie in the same memory as one
 * that goes into it, or their gradients may on the way back, that is a choice of its own: the memory is counted once.
 *
 * @param crossings in the order in which both pieces have them
 * @param carried how what passes elsewhere does is known here too
 * @param forward pairs of tensors that may be one
 * @param backward pairs of gradients that may be one
 */
record Junction(List<Crossing> crossings, List<Crossing> carried, List<Pair> forward, List<Pair> backward) {
    /** Before the first piece and behind the last. */
    static final Junction NONE = new Junction(List.of(), List.of(), List.of(), List.of());

    /**
     * Two tensors, or their gradients.
     *
     * @param entering is done with sooner
     * @param passing is there from the beginning to the end of the piece that gets both
     */
    record Pair(Crossing entering, Crossing passing) {}

    /** Copies the lists. */
    Junction {
        crossings = List.copyOf(crossings);
        carried = List.copyOf(carried);
        forward = List.copyOf(forward);
        backward = List.copyOf(backward);
    }

    /**
     * What is between two pieces.
     *
     * @throws Unplannable if two tensors may be one in a way that is not counted yet
     */
    static Junction of(Piece before, Lifetimes there, Piece after, Lifetimes here) throws Unplannable {
        Set<Crossing> taken = after.given().stream().map(Port::crossing).collect(Collectors.toSet());
        List<Port> handed = before.handed().stream()
                .filter(p -> taken.contains(p.crossing()))
                .sorted(Comparator.comparing((Port p) -> p.crossing().asMade())
                        .thenComparing(p -> p.crossing().output())
                        .thenComparingInt(p -> p.crossing().index()))
                .toList();
        List<Pair> forward = new ArrayList<>();
        List<Pair> backward = new ArrayList<>();
        for (int i = 0; i < handed.size(); i++) {
            for (int j = 0; j < i; j++) {
                Port one = handed.get(j);
                Port other = handed.get(i);
                if (!there.shared(one, other).isEmpty()) {
                    forward.add(pair(one, other, p -> passes(after, p.crossing())));
                }
                if (!here.sharedGradient(port(after.given(), one.crossing()), port(after.given(), other.crossing()))
                        .isEmpty()) {
                    backward.add(pair(one, other, p -> passesBack(before, p)));
                }
            }
        }
        List<Crossing> crossings = handed.stream().map(Port::crossing).toList();
        List<Crossing> carried = before.carried().stream()
                .filter(c -> after.carried().contains(c) && !crossings.contains(c))
                .toList();
        return new Junction(crossings, carried, forward, backward);
    }

    private static Pair pair(Port one, Port other, Predicate<Port> passes) throws Unplannable {
        if (passes.test(one) == passes.test(other)) {
            throw new Unplannable("the tensors '" + one.tensor().name() + "' and '"
                    + other.tensor().name() + "' may be one and the same at '" + one.crossing() + "'");
        }
        return passes.test(one)
                ? new Pair(other.crossing(), one.crossing())
                : new Pair(one.crossing(), other.crossing());
    }

    private static boolean passes(Piece piece, Crossing crossing) {
        return find(piece.handed(), crossing)
                .filter(p -> p.value() == port(piece.given(), crossing).value())
                .isPresent();
    }

    /** Whether a gradient is there until the end of a piece's backward: it goes on, or is held or added to by the loop around the piece. */
    private static boolean passesBack(Piece piece, Port port) {
        Optional<Value> gradient = port.gradient();
        boolean goesOn = piece.given().stream()
                .anyMatch(p -> p.gradient().isPresent() && p.gradient().equals(gradient));
        return goesOn
                || piece.behindBackward().stream()
                        .anyMatch(t -> t instanceof Turn.Hold hold
                                ? gradient.equals(Optional.of(hold.value()))
                                : gradient.equals(Optional.of(((Turn.Sum) t).left())));
    }

    private static Optional<Port> find(List<Port> ports, Crossing crossing) {
        return ports.stream().filter(p -> p.crossing() == crossing).findFirst();
    }

    /** The port of a crossing among some that are known to have it. */
    static Port port(List<Port> ports, Crossing crossing) {
        return find(ports, crossing).orElseThrow(() -> new IllegalStateException(crossing + " passes elsewhere"));
    }
}
