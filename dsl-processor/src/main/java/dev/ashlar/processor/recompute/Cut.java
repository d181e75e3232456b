package dev.ashlar.processor.recompute;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Recompute;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Cuts a model into pieces: every repetition of a block is one, and so are the model's own operators between, not too many at once. */
final class Cut {
    private static final int SHORT = 3;

    private final TrainingGraph graph;
    private final boolean shorten;
    private final Variant root;
    private final Set<Value> candidates;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Step.Kernel> pending = new ArrayList<>();
    private final Menus menus;
    private final Map<UseNode, List<Step.Run>> shortRuns = new HashMap<>();
    private int like;

    Cut(TrainingGraph graph, boolean shorten, Menus menus) {
        this.graph = graph;
        this.shorten = shorten;
        this.menus = menus;
        root = graph.train();
        candidates = Recompute.candidates(root);
    }

    Chain chain() {
        for (Step step : root.forward()) {
            if (step instanceof Step.Kernel kernel) {
                add(kernel);
            } else if (step instanceof Step.BlockForward block) {
                close();
                add(block);
            }
        }
        close();
        return new Chain(shorten ? shortened() : graph, root, pieces);
    }

    private void add(Step.Kernel kernel) {
        OperatorNode last = pending.isEmpty()
                ? kernel.node()
                : pending.get(pending.size() - 1).node();
        if (last != kernel.node() && choices() >= Menu.MOST_BITS) {
            close();
        }
        pending.add(kernel);
    }

    private long choices() {
        return pending.stream()
                .filter(k -> k.results().stream()
                        .flatMap(Optional::stream)
                        .anyMatch(v -> v.storage() == v && candidates.contains(v)))
                .count();
    }

    private void close() {
        if (pending.isEmpty()) {
            return;
        }
        Set<String> operators = new LinkedHashSet<>();
        pending.forEach(k -> operators.add(k.node().name()));
        String name = pending.get(0).node().name();
        pieces.add(new Piece(name, "", operators, menus.of(root, List.copyOf(pending)), like++));
        pending.clear();
    }

    private void add(Step.BlockForward block) {
        List<Step.Run> runs = new ArrayList<>();
        long from = 0;
        for (Step.Run run : block.runs()) {
            long count = run.to() - run.from();
            long few = Math.min(count, SHORT);
            Menu menu = menus.of(run.variant());
            for (long i = 0; i < (shorten ? few : count); i++) {
                long place = i == 0 ? 0 : i == (shorten ? few : count) - 1 ? few - 1 : 1;
                String name = name(block.node(), (shorten ? from : run.from()) + i);
                pieces.add(new Piece(name, name + ".", Set.of(), menu, Math.toIntExact(like + place)));
            }
            like += Math.toIntExact(few);
            runs.add(new Step.Run(from, from + few, run.variant()));
            from += few;
        }
        shortRuns.put(block.node(), List.copyOf(runs));
    }

    private static String name(UseNode use, long index) {
        return use.name() + (use.repeats().isPresent() ? "[" + index + "]" : "");
    }

    /** Evaluation has no choices and is left out. */
    private TrainingGraph shortened() {
        Variant nothing = new Variant(
                root.scope(),
                Variant.Mode.EVALUATE,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        return new TrainingGraph(
                graph.graph(), root.withRuns(shortRuns), nothing, nothing, graph.trainable(), graph.form());
    }
}
