package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.local.ParameterStorage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The parameters of a chain that are used several times. What decides how one of them lies passes through all pieces between its first
 * use and its last; where repetitions use it, from the piece before them to the piece behind, so that repetitions are alike.
 */
final class Ties {
    private final List<Piece> pieces;
    private final Map<String, Tie> ties = new TreeMap<>();
    private final Map<String, Use> owners = new LinkedHashMap<>();

    private record Use(int piece, OperatorNode node, int parameter) {}

    private Ties(List<Piece> pieces) {
        this.pieces = pieces;
    }

    static Ties none() {
        return new Ties(List.of());
    }

    static Ties of(TrainingGraph whole, List<Piece> pieces, Skeleton skeleton, Menus menus) {
        Ties ties = new Ties(pieces);
        Map<String, List<Use>> uses = new TreeMap<>();
        for (int b = 0; b < pieces.size(); b++) {
            for (OperatorNode node : operators(pieces.get(b))) {
                for (int i = 0; i < node.parameters().size(); i++) {
                    uses.computeIfAbsent(ties.name(b, node.parameters().get(i)), n -> new ArrayList<>())
                            .add(new Use(b, skeleton.whole(node), i));
                }
            }
        }
        uses.forEach((name, all) -> {
            if (all.size() > 1) {
                ties.add(whole, name, all, menus);
            }
        });
        return ties;
    }

    private static Set<OperatorNode> operators(Piece piece) {
        Set<OperatorNode> operators = new LinkedHashSet<>();
        for (Step step : piece.forward()) {
            if (step instanceof Step.Kernel kernel) {
                operators.add(kernel.node());
            }
        }
        return operators;
    }

    private String name(int piece, ScopeParameter parameter) {
        return pieces.get(piece).owner() + parameter.name();
    }

    private void add(TrainingGraph whole, String name, List<Use> uses, Menus menus) {
        Use first = uses.get(0);
        ScopeParameter parameter = first.node().parameters().get(first.parameter());
        boolean trained = whole.trainable().trains(pieces.get(first.piece()).owner(), parameter);
        int from = first.piece();
        int to = uses.get(uses.size() - 1).piece();
        if (from != to) {
            from -= pieces.get(from).path().isEmpty() ? 0 : repetitions(from, -1);
            to += pieces.get(to).path().isEmpty() ? 0 : repetitions(to, 1);
        }
        Set<ParameterStorage> ways = new LinkedHashSet<>();
        uses.forEach(u -> ways.addAll(menus.waysToStore(u.node(), u.parameter(), trained)));
        Variable variable = new Variable("storage of " + name, ways.size());
        ties.put(name, new Tie(name, variable, List.copyOf(ways), trained, from, to));
        owners.put(name, first);
    }

    /** How many pieces away the model itself goes on. */
    private int repetitions(int piece, int step) {
        int distance = 0;
        while (!pieces.get(piece + step * distance).path().isEmpty()) {
            distance++;
        }
        return distance;
    }

    /** The parameters of an operator that are used elsewhere too, by index. */
    Map<Integer, TiedUse> of(int piece, OperatorNode whole) {
        Map<Integer, TiedUse> found = new TreeMap<>();
        for (int i = 0; i < whole.parameters().size(); i++) {
            int index = i;
            String name = name(piece, whole.parameters().get(i));
            Optional.ofNullable(ties.get(name))
                    .ifPresent(t ->
                            found.put(index, new TiedUse(t, new Use(piece, whole, index).equals(owners.get(name)))));
        }
        return found;
    }

    /** What passes from a piece to the next. */
    List<Variable> crossing(int before) {
        return variables(t -> t.from() <= before && before < t.to());
    }

    /** What a piece is the first to know. */
    List<Variable> from(int piece) {
        return variables(t -> t.from() == piece);
    }

    private List<Variable> variables(Predicate<Tie> which) {
        return ties.values().stream()
                .filter(which)
                .map(Tie::variable)
                .filter(v -> v.labels() > 1)
                .toList();
    }
}
