package dev.ashlar.processor.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Makes neighbouring repetitions of a block a segment: forward keeps only what its first repetition is given, and backward runs the
 * segment's forward again before its backward (Chen et al., 2016). Memory is that of one segment and of what the others are given.
 */
public final class Segments {
    private Segments() {}

    /** Repetitions {@code from} to {@code to}, exclusive. */
    public record Segment(long from, long to) {
        /** @throws IllegalArgumentException if it is empty */
        public Segment {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("a segment from " + from + " to " + to + " is empty");
            }
        }
    }

    /**
     * The graph with segments in the blocks that the model itself uses.
     *
     * @param choice for a block its segments, ascending and apart; each within repetitions that run as one {@link #isRepeatable
     *     repeatable} variant
     * @throws IllegalArgumentException if a segment is not
     */
    public static TrainingGraph of(TrainingGraph graph, Function<UseNode, List<Segment>> choice) {
        Map<UseNode, List<Step.Run>> cut = new HashMap<>();
        for (Step step : graph.train().forward()) {
            if (step instanceof Step.BlockForward block) {
                List<Segment> segments = choice.apply(block.node());
                if (!segments.isEmpty()) {
                    cut.put(block.node(), cut(block.runs(), segments));
                }
            }
        }
        return graph.withTrain(graph.train().withRuns(cut));
    }

    /** Whether forward of all repetitions of a block that the model itself uses may run twice a step. */
    public static boolean isRepeatable(TrainingGraph graph, String use) {
        return graph.train().forward().stream()
                .filter(s -> s instanceof Step.BlockForward block
                        && block.node().name().equals(use))
                .flatMap(s -> ((Step.BlockForward) s).runs().stream())
                .allMatch(r -> isRepeatable(r.variant()));
    }

    /** Whether forward may run twice a step: what it makes is the same every time, and it changes nothing else. */
    public static boolean isRepeatable(Variant variant) {
        for (Step step : variant.forward()) {
            if (step instanceof Step.Kernel kernel && !kernel.node().operator().recomputable()) {
                return false;
            }
            if (step instanceof Step.BlockForward block
                    && !block.runs().stream().allMatch(r -> isRepeatable(r.variant()))) {
                return false;
            }
        }
        return !variant.backward().isEmpty();
    }

    private static List<Step.Run> cut(List<Step.Run> runs, List<Segment> segments) {
        List<Step.Run> cut = new ArrayList<>();
        int next = 0;
        for (Step.Run run : runs) {
            long at = run.from();
            while (next < segments.size() && segments.get(next).from() < run.to()) {
                Segment segment = segments.get(next++);
                if (segment.from() < at || segment.to() > run.to() || !isRepeatable(run.variant())) {
                    throw new IllegalArgumentException(segment + " is not within " + run.from() + " to " + run.to());
                }
                if (segment.from() > at) {
                    cut.add(new Step.Run(at, segment.from(), run.variant(), run.again()));
                }
                cut.add(new Step.Run(segment.from(), segment.to(), run.variant(), true));
                at = segment.to();
            }
            if (at < run.to()) {
                cut.add(new Step.Run(at, run.to(), run.variant(), run.again()));
            }
        }
        if (next < segments.size()) {
            throw new IllegalArgumentException(segments.get(next) + " is behind the last repetition");
        }
        return List.copyOf(cut);
    }
}
