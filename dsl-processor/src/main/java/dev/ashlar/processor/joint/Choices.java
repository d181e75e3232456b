package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What may be chosen in a piece. */
final class Choices {
    private final Map<OperatorNode, Variable> variables = new LinkedHashMap<>();
    private final Map<OperatorNode, Variable> storages = new HashMap<>();
    private final Map<OperatorNode, OperatorMenu> menus = new HashMap<>();
    private final Map<OperatorNode, OperatorNode> ofWhole = new HashMap<>();
    private final Map<Copy, Wanted> wanted = new LinkedHashMap<>();
    private final Map<Copy, List<Reader>> agreeing = new LinkedHashMap<>();
    private final Map<Value, Made> made = new HashMap<>();

    /** An operator's input. */
    record Reader(OperatorNode node, int input) {}

    /** Adds an operator of the skeleton. */
    void add(OperatorNode node, OperatorMenu menu) {
        Variable variable = new Variable(node.name(), menu.strategies().size());
        variables.put(node, variable);
        storages.put(node, new Variable("storage of " + node.name(), menu.mostStored()));
        menus.put(node, menu);
        ofWhole.put(menu.whole(), node);
        for (int k = 0; k < node.outputs().size(); k++) {
            List<Layout> layouts = new ArrayList<>();
            List<Layout> gradients = new ArrayList<>();
            for (Strategy strategy : menu.strategies()) {
                layouts.add(strategy.outputs().get(k));
                gradients.add(strategy.outputGradients().get(k));
            }
            made.put(node.outputs().get(k), new Made(variable, layouts, Optional.of(gradients)));
        }
    }

    /** States how a tensor is made that no operator of the piece makes. */
    void add(Value tensor, Made how) {
        made.put(tensor, how);
    }

    /** States how a copy is wanted that leaves the piece. */
    void add(Copy copy, Wanted how) {
        wanted.put(copy, how);
    }

    /** States which operators read a copy: one decides alone, several have to agree. */
    void add(Copy copy, List<Reader> readers) throws Unplannable {
        if (readers.size() == 1) {
            Reader reader = readers.get(0);
            wanted.put(copy, new Wanted(variable(reader.node()), boundaries(reader)));
            return;
        }
        Set<Boundary> common = new LinkedHashSet<>(boundaries(readers.get(0)));
        readers.forEach(r -> common.retainAll(Set.copyOf(boundaries(r))));
        if (common.isEmpty()) {
            throw new Unplannable("the readers of " + copy + " have no layout in common");
        }
        wanted.put(copy, new Wanted(new Variable(copy.toString(), common.size()), List.copyOf(common)));
        agreeing.put(copy, List.copyOf(readers));
    }

    /** How an operator wants an input, by its label. */
    List<Boundary> boundaries(Reader reader) {
        return menu(reader.node()).strategies().stream()
                .map(s -> new Boundary(
                        s.operands().get(reader.input()), s.operandGradients().get(reader.input())))
                .toList();
    }

    /** Operators of the skeleton, in order of forward. */
    Set<OperatorNode> operators() {
        return variables.keySet();
    }

    Variable variable(OperatorNode node) {
        return Objects.requireNonNull(variables.get(node));
    }

    /** What decides how the parameters of an operator are stored: labels are places in the list of the strategy. */
    Variable storage(OperatorNode node) {
        return Objects.requireNonNull(storages.get(node));
    }

    OperatorMenu menu(OperatorNode node) {
        return Objects.requireNonNull(menus.get(node));
    }

    /** The operator of the skeleton that stands for one of the whole graph. */
    OperatorNode ofWhole(OperatorNode whole) {
        return Objects.requireNonNull(ofWhole.get(whole));
    }

    /** Copies, in order of forward. */
    Set<Copy> copies() {
        return wanted.keySet();
    }

    Wanted wanted(Copy copy) {
        return Objects.requireNonNull(wanted.get(copy));
    }

    /** The readers that have to agree on a copy. */
    List<Reader> agreeing(Copy copy) {
        return agreeing.getOrDefault(copy, List.of());
    }

    boolean hasWhole(OperatorNode whole) {
        return ofWhole.containsKey(whole);
    }

    /** How a tensor is made, if something of the piece makes it. */
    Optional<Made> madeHere(Value tensor) {
        return Optional.ofNullable(made.get(tensor));
    }

    Made made(Value tensor) {
        return Objects.requireNonNull(made.get(tensor));
    }

    /** Variables of the piece's own, in order of forward; one on which readers have to agree comes before them. */
    List<Variable> own() {
        Map<Variable, Variable> before = new HashMap<>();
        agreeing.forEach((copy, readers) ->
                before.put(variable(readers.get(0).node()), wanted(copy).variable()));
        Set<Variable> own = new LinkedHashSet<>();
        variables.forEach((node, variable) -> {
            Optional.ofNullable(before.get(variable)).ifPresent(own::add);
            own.add(variable);
            own.add(storage(node));
        });
        agreeing.keySet().forEach(c -> own.add(wanted(c).variable()));
        return own.stream().filter(v -> v.labels() > 1).toList();
    }
}
