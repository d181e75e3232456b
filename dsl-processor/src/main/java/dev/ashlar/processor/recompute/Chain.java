package dev.ashlar.processor.recompute;

import dev.ashlar.processor.graph.RecomputedGraph;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The pieces of a model, in order of forward. */
final class Chain {
    private final TrainingGraph graph;
    private final Variant root;
    private final List<Piece> pieces;
    private final Map<String, Integer> byPath = new HashMap<>();
    private final Map<String, Integer> byOperator = new HashMap<>();

    /**
     * @param graph what it is cut from
     * @param root the training variant that the menus of the model's own operators speak of
     */
    Chain(TrainingGraph graph, Variant root, List<Piece> pieces) {
        this.graph = graph;
        this.root = root;
        this.pieces = List.copyOf(pieces);
        for (int i = 0; i < pieces.size(); i++) {
            int piece = i;
            if (!pieces.get(i).path().isEmpty()) {
                byPath.put(pieces.get(i).path(), i);
            }
            pieces.get(i).operators().forEach(o -> byOperator.put(o, piece));
        }
    }

    /** Cuts a model into pieces. */
    static Chain of(TrainingGraph graph, Menus menus) {
        return new Cut(graph, false, menus).chain();
    }

    /** The same model with at most three repetitions of each run of a block: the first, one between, the last. */
    static Chain shortened(TrainingGraph graph, Menus menus) {
        return new Cut(graph, true, menus).chain();
    }

    List<Piece> pieces() {
        return pieces;
    }

    TrainingGraph graph() {
        return graph;
    }

    /** The piece of an operator by its full name; -1 if it is in none. */
    int piece(String operator) {
        int dot = operator.indexOf('.');
        Integer block = dot < 0 ? null : byPath.get(operator.substring(0, dot + 1));
        return block != null ? block : byOperator.getOrDefault(operator, -1);
    }

    /** The graph in which every piece drops what its label says. */
    TrainingGraph with(List<Integer> labels) {
        return RecomputedGraph.of(graph, (path, variant) -> dropped(path, variant, labels));
    }

    private Set<Value> dropped(String path, Variant variant, List<Integer> labels) {
        Set<Value> dropped = new LinkedHashSet<>();
        if (path.isEmpty()) {
            for (int i = 0; i < pieces.size(); i++) {
                if (pieces.get(i).path().isEmpty()) {
                    dropped.addAll(of(i, root, labels));
                }
            }
        } else {
            dropped.addAll(of(piece(path), variant, labels));
        }
        return dropped;
    }

    private Set<Value> of(int piece, Variant variant, List<Integer> labels) {
        return pieces.get(piece).menu().labels().get(labels.get(piece)).getOrDefault(variant, Set.of());
    }
}
