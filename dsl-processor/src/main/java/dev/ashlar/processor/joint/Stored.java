package dev.ashlar.processor.joint;

import dev.ashlar.processor.local.ParameterStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A way to store the parameters of an operator under one strategy, and what it comes to on one device.
 *
 * @param storage how each parameter is stored
 * @param gathers for each what brings it to where forward uses it
 * @param gathersAgain the same for backward; nothing where backward reads what forward has gathered, or does not read it
 * @param gradients for each what brings its gradient to where it is updated
 * @param updates for each what brings it to where it is stored when backward has updated it
 * @param updateBytes for each what its update takes beside its gradient, where backward updates it
 * @param overlapped for each whether its gradient is scattered beside backward, and stays in full until that is waited for
 * @param ahead for each whether it is gathered early, where there is something to run beside
 * @param fusedBytes for each bytes of its gradient's place among those that are summed as one
 * @param gradientBytes for each bytes of its gradient there; 0 if it is not trained
 * @param keptBytes for each what forward leaves of it to backward
 * @param staticBytes of all parameters, masters, optimizer state, and of gradients that micro-batches add up
 * @param ticks time in a step of all gathers, but for those again of what is gathered early, of the gradients' ways and of the update, in units of
 *     2⁻²⁰ nanoseconds
 * @param forwardBesideTicks the part of it that runs beside forward
 * @param besideTicks the part of it that runs beside backward
 * @param forwardSlowedTicks what forward's kernels lose to what runs beside them, beyond {@code ticks}
 * @param slowedTicks the same of backward
 */
record Stored(
        List<ParameterStorage> storage,
        List<Route> gathers,
        List<Route> gathersAgain,
        List<Route> gradients,
        List<Route> updates,
        List<Long> updateBytes,
        List<Boolean> overlapped,
        List<Boolean> ahead,
        List<Long> fusedBytes,
        List<Long> gradientBytes,
        List<Long> keptBytes,
        long staticBytes,
        long ticks,
        long forwardBesideTicks,
        long besideTicks,
        long forwardSlowedTicks,
        long slowedTicks) {
    /** Copies the lists. */
    Stored {
        storage = List.copyOf(storage);
        gathers = List.copyOf(gathers);
        gathersAgain = List.copyOf(gathersAgain);
        gradients = List.copyOf(gradients);
        updates = List.copyOf(updates);
        updateBytes = List.copyOf(updateBytes);
        overlapped = List.copyOf(overlapped);
        ahead = List.copyOf(ahead);
        fusedBytes = List.copyOf(fusedBytes);
        gradientBytes = List.copyOf(gradientBytes);
        keptBytes = List.copyOf(keptBytes);
    }

    /** Time that everything waits for. */
    long waitedTicks() {
        return ticks - forwardBesideTicks - besideTicks;
    }

    /** Memory that it takes for long: all but what comes and goes at single time points. */
    long lastingBytes() {
        return staticBytes
                + gradientBytes.stream().mapToLong(Long::longValue).sum()
                + keptBytes.stream().mapToLong(Long::longValue).sum();
    }

    /** Whether it is nowhere worse than another. */
    boolean dominates(Stored other) {
        List<Long> here = amounts();
        List<Long> there = other.amounts();
        return IntStream.range(0, here.size()).allMatch(i -> here.get(i) <= there.get(i));
    }

    private List<Long> amounts() {
        List<Long> amounts = new ArrayList<>(
                List.of(waitedTicks(), forwardBesideTicks, besideTicks, forwardSlowedTicks, slowedTicks, staticBytes));
        amounts.addAll(fusedBytes);
        amounts.addAll(gradientBytes);
        amounts.addAll(keptBytes);
        amounts.addAll(updateBytes);
        for (List<Route> routes : List.of(gathers, gathersAgain, gradients, updates)) {
            for (Route route : routes) {
                amounts.addAll(List.of(
                        route.moved() ? 1L : 0L, route.stayingBytes(), route.leavingBytes(), route.overwritingBytes()));
            }
        }
        return amounts;
    }
}
