package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.Argument;
import dev.ashlar.processor.op.Attributes;
import dev.ashlar.processor.op.ForwardBuilder;
import dev.ashlar.processor.op.Handle;
import dev.ashlar.processor.op.KernelBuilder;
import dev.ashlar.processor.op.Result;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Lowers the operators of one scope, forward, and remembers what became of every tensor. */
final class ForwardLowering {
    private final Variant.Mode mode;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Value, Value> lowered = new HashMap<>();
    private final Map<OperatorNode, Map<String, Value>> kept = new HashMap<>();
    private final Map<Copied, Value> copies = new HashMap<>();
    private final Set<String> copyNames = new HashSet<>();

    private final Map<Used, Value> gathered = new HashMap<>();
    /** What gathers a parameter, until the first kernel that reads it is called. */
    private final Map<Value, List<Step>> gathers = new HashMap<>();

    private final Set<Value> gatheredAgain = new HashSet<>();

    private record Copied(Value tensor, String group, List<Transfer> transfers) {}

    private record Used(OperatorNode node, int parameter) {}

    ForwardLowering(Variant.Mode mode) {
        this.mode = mode;
    }

    List<Step> steps() {
        return steps;
    }

    /** What a tensor of the scope became: a kernel's result, or another tensor where an operator passes one on. */
    Value lowered(Value value) {
        return lowered.getOrDefault(value, value);
    }

    Value kept(OperatorNode node, String name) {
        Value value = kept.getOrDefault(node, Map.of()).get(name);
        if (value == null) {
            throw new IllegalStateException(node.operator().kind() + " keeps no '" + name + "'");
        }
        return value;
    }

    void lower(OperatorNode node) {
        Builder builder = new Builder(node);
        if (mode == Variant.Mode.TRAIN) {
            node.operator().forward(builder);
        } else {
            node.operator().evaluate(builder);
        }
    }

    void lower(UseNode node, List<Step.Run> runs) {
        List<Value> inputs = node.inputs().stream().map(this::lowered).toList();
        steps.add(new Step.BlockForward(node, runs, inputs, node.outputs()));
    }

    /** Readers that want a tensor alike share one copy of it. */
    void lower(CopyNode node) {
        Value tensor = lowered(node.tensor());
        List<Transfer> transfers = node.forward().stream().map(Hop::transfer).toList();
        Value copy = copies.computeIfAbsent(new Copied(tensor, node.group(), transfers), c -> {
            String base = node.tensor().name();
            return (Value) transfer(
                    node.name(), node.source(), node.forward(), tensor, h -> unique(base + "." + h.label()), steps);
        });
        lowered.put(node.copy(), copy);
    }

    /** A parameter as an operator uses it: the parameter itself, or what is gathered of it. */
    Handle parameter(OperatorNode node, int index) {
        List<Hop> hops =
                node.part().map(p -> p.parameters().get(index).gather()).orElse(List.of());
        return hops.isEmpty()
                ? node.stored(index)
                : gathered.computeIfAbsent(new Used(node, index), u -> gather(node, index, hops));
    }

    private Value gather(OperatorNode node, int index, List<Hop> hops) {
        String name =
                node.name() + "." + node.signature().parameters().get(index).name();
        List<Step> collectives = new ArrayList<>();
        Handle made = transfer(
                LoweredOperator.gatherName(node, index),
                node.source(),
                hops,
                node.stored(index),
                h -> unique(name + "." + h.label()),
                collectives);
        Value value = (Value) made;
        gathers.put(value, collectives);
        if (!node.part().orElseThrow().parameters().get(index).keepGathered()) {
            gatheredAgain.add(value);
        }
        return value;
    }

    /** What backward gathers again of parameters. */
    Set<Value> gatheredAgain() {
        return gatheredAgain;
    }

    private String unique(String name) {
        String free = name;
        for (int i = 2; !copyNames.add(free); i++) {
            free = name + "." + i;
        }
        return free;
    }

    /** Adds transfers of a tensor; gives what the last of them makes. */
    static Handle transfer(
            String at, Source place, List<Hop> hops, Handle tensor, Function<Hop, String> names, List<Step> steps) {
        Handle current = tensor;
        for (Hop hop : hops) {
            Value next = Value.of(names.apply(hop), hop.type());
            steps.add(new Step.Collective(at, place, hop.transfer(), next, current));
            current = next;
        }
        return current;
    }

    /** What forward and backward builders have in common. */
    abstract static class KernelLowering implements KernelBuilder {
        final OperatorNode node;
        private final List<Step> steps;

        KernelLowering(OperatorNode node, List<Step> steps) {
            this.node = node;
            this.steps = steps;
        }

        @Override
        public Attributes attributes() {
            return node.attributes();
        }

        @Override
        public int inputs() {
            return node.inputs().size();
        }

        @Override
        public TensorType inputType(int index) {
            return node.inputs().get(index).type();
        }

        @Override
        public TensorType outputType(int index) {
            return node.outputs().get(index).type();
        }

        @Override
        public Optional<Shard> shard(String axis) {
            return node.part().flatMap(p -> Optional.ofNullable(p.shards().get(axis)));
        }

        @Override
        public Optional<Region> region(List<String> axes) {
            return node.part().flatMap(p -> p.region(axes, node.outputs().get(0).type()));
        }

        @Override
        public int kernel() {
            return node.part().map(Part::kernel).orElse(0);
        }

        @Override
        public Argument firstAddend() {
            return node.part()
                    .<Argument>map(p -> new Step.First(p.addends()))
                    .orElseGet(KernelBuilder.super::firstAddend);
        }

        @Override
        public Argument peers(List<String> axes) {
            return new Step.Peers(node.part().orElseThrow().meshAxes(axes));
        }

        @Override
        public Argument key() {
            return key(node.name());
        }

        @Override
        public Argument key(String operator) {
            return Step.DropoutKey.of(operator);
        }

        @Override
        public List<Handle> calls(String kernel, List<Result> results, Argument... arguments) {
            Optional<Value> base = Arrays.stream(arguments)
                    .filter(Value.class::isInstance)
                    .map(Value.class::cast)
                    .findFirst();
            List<Optional<Value>> values = new ArrayList<>();
            List<Handle> handles = new ArrayList<>();
            for (Result result : results) {
                String name = result.name().isEmpty() ? node.name() : node.name() + "." + result.name();
                Value value = result.view() && base.isPresent()
                        ? Value.view(name, result.type(), base.get())
                        : Value.of(name, result.type());
                values.add(result.name().equals("-") ? Optional.empty() : Optional.of(value));
                handles.add(value);
            }
            steps.add(new Step.Kernel(node, kernel, List.of(arguments), values, false));
            return handles;
        }
    }

    private final class Builder extends KernelLowering implements ForwardBuilder {
        Builder(OperatorNode node) {
            super(node, steps);
        }

        @Override
        public Handle input(int index) {
            return lowered(node.inputs().get(index));
        }

        @Override
        public Handle parameter(int index) {
            return ForwardLowering.this.parameter(node, index);
        }

        @Override
        public List<Handle> calls(String kernel, List<Result> results, Argument... arguments) {
            for (Argument argument : arguments) {
                if (argument instanceof Value value && gathers.containsKey(value)) {
                    steps.addAll(gathers.remove(value));
                }
            }
            return super.calls(kernel, results, arguments);
        }

        @Override
        public void output(int index, Handle tensor) {
            lowered.put(node.outputs().get(index), (Value) tensor);
        }

        @Override
        public void keep(String name, Handle tensor) {
            kept.computeIfAbsent(node, n -> new HashMap<>()).put(name, (Value) tensor);
        }
    }
}
