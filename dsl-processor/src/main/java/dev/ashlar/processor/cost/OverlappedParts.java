package dev.ashlar.processor.cost;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Adds up the parts of one direction of one repetition of a scope. */
final class OverlappedParts {
    private final String path;
    private final Set<OperatorNode> seen = new HashSet<>();
    private double computeSeconds;
    private double besideSeconds;
    private double slowedSeconds;

    OverlappedParts(String path) {
        this.path = path;
    }

    /** @param cost of all kernels of its operator there */
    void kernel(Step.Kernel kernel, DirectionCost cost) {
        if (seen.add(kernel.node())) {
            computeSeconds += cost.seconds();
        }
    }

    /** @param slowed what kernels lose to it */
    void beside(double seconds, double slowed) {
        besideSeconds += seconds;
        slowedSeconds += slowed;
    }

    /** Ends a part; it is of interest if something runs beside it. */
    void end(List<Overlap> overlaps) {
        if (besideSeconds > 0) {
            overlaps.add(new Overlap(path, computeSeconds, besideSeconds, slowedSeconds));
        }
        computeSeconds = 0;
        besideSeconds = 0;
        slowedSeconds = 0;
    }
}
