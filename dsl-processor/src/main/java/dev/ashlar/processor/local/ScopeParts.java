package dev.ashlar.processor.local;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.graph.CopyNode;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeLoss;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Whole;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Makes what one device has of one scope. */
final class ScopeParts {
    private final Parts parts;
    private final Groups groups;
    private final Scope scope;
    private final List<Boundary> inputs;
    private final List<Boundary> outputs;
    private final boolean model;
    private final Map<Value, Placed> placed = new HashMap<>();
    private final Map<Copied, Value> copies = new HashMap<>();
    private final Map<ScopeParameter, ScopeParameter> stored = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();

    /** A tensor as a group of readers wants it. */
    private record Copied(Value tensor, Layout layout, Optional<Layout> gradient, String group) {}

    /** The group in which a node reads an input. */
    interface Groups {
        String of(Node reader, int input);
    }

    /** @param model whether the inputs are data, which have no gradients */
    ScopeParts(Parts parts, Groups groups, Scope scope, List<Boundary> inputs, List<Boundary> outputs, boolean model) {
        this.groups = groups;
        this.parts = parts;
        this.scope = scope;
        this.inputs = inputs;
        this.outputs = outputs;
        this.model = model;
    }

    /** @param chosen one for each node */
    Scope build(List<Chosen> chosen) {
        List<ScopeInput> localInputs = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            ScopeInput input = scope.inputs().get(i);
            Boundary boundary = inputs.get(i);
            Optional<Layout> gradient = model ? Optional.empty() : Optional.of(boundary.gradient());
            Value part = place(input.value(), boundary.layout(), gradient);
            localInputs.add(new ScopeInput(
                    input.name(), part, input.source(), whole(input.value().type(), boundary.layout())));
        }
        for (int i = 0; i < chosen.size(); i++) {
            if (chosen.get(i) instanceof Chosen.Operator operator) {
                add((OperatorNode) scope.nodes().get(i), operator);
            } else if (chosen.get(i) instanceof Chosen.Block block) {
                add((UseNode) scope.nodes().get(i), block);
            }
        }
        List<ScopeOutput> localOutputs = localOutputs();
        List<ScopeLoss> losses = localLosses();
        List<ScopeParameter> parameters =
                scope.parameters().stream().map(this::stored).toList();
        return new Scope(scope.typeName(), localInputs, nodes, parameters, localOutputs, losses);
    }

    private Value place(Value whole, Layout layout, Optional<Layout> gradient) {
        Value part = Value.of(whole.name(), parts.type(whole.type(), layout));
        boolean differentiable = whole.type().element() != Element.INT64;
        placed.put(whole, new Placed(part, layout, gradient.filter(g -> differentiable)));
        return part;
    }

    private Optional<Whole> whole(TensorType type, Layout layout) {
        return model ? Optional.of(new Whole(type.sizes(), layout.toString())) : Optional.empty();
    }

    private ScopeParameter stored(ScopeParameter parameter) {
        return Objects.requireNonNull(stored.get(parameter), () -> "no operator has " + parameter);
    }

    private void add(OperatorNode node, Chosen.Operator chosen) {
        Strategy strategy = chosen.strategy();
        List<Value> read = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            Boundary wanted = new Boundary(
                    strategy.operands().get(i), strategy.operandGradients().get(i));
            read.add(read(node.inputs().get(i), wanted, node.name(), groups.of(node, i), node.source()));
        }
        List<ScopeParameter> lying = new ArrayList<>();
        for (int i = 0; i < node.parameters().size(); i++) {
            ParameterStorage storage = chosen.storage().get(i);
            lying.add(stored.computeIfAbsent(node.parameters().get(i), p -> parts.parameter(p, storage)));
        }
        List<Value> made = new ArrayList<>();
        for (int i = 0; i < node.outputs().size(); i++) {
            made.add(place(
                    node.outputs().get(i),
                    strategy.outputs().get(i),
                    Optional.of(strategy.outputGradients().get(i))));
        }
        nodes.add(parts.operator(node, strategy, read, lying, chosen.storage(), made));
    }

    private void add(UseNode use, Chosen.Block block) {
        List<Value> read = new ArrayList<>();
        for (int j = 0; j < use.inputs().size(); j++) {
            read.add(read(use.inputs().get(j), block.inputs().get(j), use.name(), groups.of(use, j), use.source()));
        }
        List<Value> made = new ArrayList<>();
        for (int k = 0; k < use.outputs().size(); k++) {
            Boundary boundary = block.outputs().get(k);
            made.add(place(use.outputs().get(k), boundary.layout(), Optional.of(boundary.gradient())));
        }
        List<Scope> scopes = block.repetitions();
        boolean same = scopes.stream().allMatch(s -> s == scopes.get(0));
        nodes.add(new UseNode(
                use.name(),
                scopes.get(0),
                use.repeats(),
                use.shared(),
                use.tiedTo(),
                read,
                made,
                use.feeds(),
                use.source(),
                same ? List.of() : scopes));
    }

    /** The tensor as a reader wants it: itself, or a copy that all readers share that want it so. */
    private Value read(Value whole, Boundary wanted, String reader, String group, Source source) {
        Placed from = Objects.requireNonNull(placed.get(whole), () -> "nothing makes " + whole);
        Optional<Layout> gradient = from.gradient().map(g -> wanted.gradient());
        if (group.isEmpty()
                && from.layout().equals(wanted.layout())
                && from.gradient().equals(gradient)) {
            return from.part();
        }
        return copies.computeIfAbsent(new Copied(whole, wanted.layout(), gradient, group), c -> {
            List<Hop> forward = parts.hops(whole.type(), from.layout(), wanted.layout());
            List<Hop> backward = from.gradient()
                    .map(g -> parts.hops(whole.type(), wanted.gradient(), g))
                    .orElse(List.of());
            Value copy = Value.of(whole.name(), parts.type(whole.type(), wanted.layout()));
            String name = whole.name() + " -> " + reader;
            nodes.add(new CopyNode(name, from.part(), copy, forward, backward, group, source));
            return copy;
        });
    }

    private List<ScopeOutput> localOutputs() {
        List<ScopeOutput> local = new ArrayList<>();
        for (int k = 0; k < outputs.size(); k++) {
            ScopeOutput output = scope.outputs().get(k);
            Value value = read(output.value(), outputs.get(k), "output", "", source(output.value()));
            Optional<Whole> whole = whole(output.value().type(), outputs.get(k).layout());
            local.add(new ScopeOutput(output.name(), value, output.feeds(), output.collect(), whole));
        }
        return local;
    }

    private List<ScopeLoss> localLosses() {
        List<ScopeLoss> local = new ArrayList<>();
        for (ScopeLoss loss : scope.losses()) {
            Value value = read(loss.value(), Boundary.of(parts.replicated()), "loss", "", source(loss.value()));
            local.add(new ScopeLoss(loss.name(), value, loss.weight()));
        }
        return local;
    }

    /** Place of what makes a tensor of the scope. */
    private Source source(Value value) {
        return scope.nodes().stream()
                .filter(n -> n.outputs().contains(value))
                .map(Node::source)
                .findFirst()
                .orElseGet(() -> scope.inputs().stream()
                        .filter(i -> i.value() == value)
                        .findFirst()
                        .orElseThrow()
                        .source());
    }
}
