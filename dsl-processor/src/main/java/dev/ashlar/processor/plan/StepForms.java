package dev.ashlar.processor.plan;

import dev.ashlar.processor.graph.FusedLoss;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UpdateInBackward;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The forms that a training step may have, each a graph of its own to plan. Together their plans are all plans of the model.
 *
 * <p>Update in backward moves the bytes that the update at the end moves, in one call of the optimizer for every parameter: it is never
 * faster, and pays where the memory of the gradients lets backward compute less again. Clipping needs all gradients at once, and micro-batches add to
 * them.
 *
 * <p>Micro-batches need the activations of one of them, and add up gradients: no number of them is faster. How many is chosen where the plan
 * leaves it open.
 *
 * <p>Head and loss in chunks need the logits of one chunk. More chunks need less, and read the weight more often.
 *
 * <p>On a mesh every form takes the compiler long. There is one number of chunks, and micro-batches go without them: they make fewer logits
 * anyway.
 */
final class StepForms {
    /** The fewest chunks, and from one number of chunks to the next. */
    private static final int MORE_CHUNKS = 8;

    /** On accelerators, whose kernel for the logits is faster than the loss by itself, so that even few chunks pay. */
    private static final int FEWEST_ON_ACCELERATORS = 2;

    private static final int MORE_ON_ACCELERATORS = 4;

    /** Tokens of a chunk at least: with fewer, products are slower than they are priced. */
    private static final long LEAST_TOKENS = 32;

    private static final int MOST_CHUNKS = 64;

    static final int MOST_MICRO_BATCHES = 8;

    private StepForms() {}

    /**
     * The forms of a model that trains, the given one first; each is made when it is asked for.
     *
     * @param inMicroBatches the graph of one of so many micro-batches, if the batch can be split like this
     */
    static Iterator<TrainingGraph> of(
            TrainingGraph graph,
            PlanTarget target,
            List<PinnedOperator> pins,
            IntFunction<Optional<TrainingGraph>> inMicroBatches) {
        IntStream numbers = choosesMicroBatches(graph, target)
                ? IntStream.iterate(2, n -> n <= MOST_MICRO_BATCHES, n -> 2 * n)
                : IntStream.empty();
        boolean mesh = target.mesh().devices() > 1;
        Stream<TrainingGraph> others = Stream.of(graph).flatMap(g -> others(g, target, pins).stream());
        Stream<TrainingGraph> parts = numbers.mapToObj(inMicroBatches)
                .flatMap(Optional::stream)
                .flatMap(p -> Stream.concat(Stream.of(p), mesh ? Stream.empty() : others(p, target, pins).stream()));
        return Stream.concat(Stream.of(graph), Stream.concat(others, parts)).iterator();
    }

    /** On meshes of accelerators the compiler would take twice as long. */
    static boolean choosesMicroBatches(TrainingGraph graph, PlanTarget target) {
        boolean open = ((Number) graph.graph().spec().microBatches().value()).longValue() == 0;
        return open && (target.device().cpu() || target.mesh().devices() == 1);
    }

    private static List<TrainingGraph> others(TrainingGraph graph, PlanTarget target, List<PinnedOperator> pins) {
        if (graph.form().updateInBackward()) {
            return List.of();
        }
        List<TrainingGraph> others = new ArrayList<>();
        List<FusedLoss.Pair> pairs = FusedLoss.pairs(graph);
        if (!pinned(pairs, pins)) {
            boolean host = target.device().cpu();
            chunks(pairs, target).forEach(c -> others.add(FusedLoss.of(graph, c, !host)));
        }
        if (!graph.graph().spec().train().clipping() && graph.form().microBatches() == 1) {
            List<TrainingGraph> atEnd = new ArrayList<>(others);
            others.add(UpdateInBackward.of(graph));
            atEnd.forEach(g -> others.add(UpdateInBackward.of(g)));
        }
        return others;
    }

    /** Numbers of chunks. The devices of a mesh may share the tokens. */
    private static List<Integer> chunks(List<FusedLoss.Pair> pairs, PlanTarget target) {
        int devices = target.mesh().devices();
        long tokens = pairs.stream().mapToLong(FusedLoss.Pair::tokens).min().orElse(0) / devices;
        if (devices > 1) {
            return isOffered(MORE_CHUNKS, tokens) ? List.of(MORE_CHUNKS) : List.of();
        }
        boolean host = target.device().cpu();
        int more = host ? MORE_CHUNKS : MORE_ON_ACCELERATORS;
        List<Integer> numbers = new ArrayList<>();
        for (int chunks = host ? MORE_CHUNKS : FEWEST_ON_ACCELERATORS; isOffered(chunks, tokens); chunks *= more) {
            numbers.add(chunks);
        }
        return numbers;
    }

    private static boolean isOffered(int chunks, long tokens) {
        return chunks <= MOST_CHUNKS && tokens / chunks >= LEAST_TOKENS;
    }

    /** A pin speaks of a head or a loss as the user wrote them. */
    private static boolean pinned(List<FusedLoss.Pair> pairs, List<PinnedOperator> pins) {
        Set<String> names = pins.stream().map(PinnedOperator::name).collect(Collectors.toSet());
        return pairs.stream()
                .anyMatch(p -> names.contains(p.head().name())
                        || names.contains(p.loss().name()));
    }
}
