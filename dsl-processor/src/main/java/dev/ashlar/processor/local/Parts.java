package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Part;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.StoredParameter;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.KernelBuilder;
import dev.ashlar.processor.op.Rule;
import dev.ashlar.processor.op.RuleMismatch;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.shard.Choice;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.LocalOperator;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.Placement;
import dev.ashlar.processor.shard.Redistribution;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** What one device has of tensors and operators on a mesh, and how tensors get from layout to layout. */
public final class Parts {
    private final Collectives collectives;
    private final Redistribution redistribution;
    private final NumberFormat format;

    /** On the mesh of these collectives, in the format that the plan computes in. */
    public Parts(Collectives collectives, NumberFormat format) {
        this.collectives = collectives;
        this.format = format;
        redistribution = new Redistribution(collectives);
    }

    private Mesh mesh() {
        return collectives.mesh();
    }

    Layout replicated() {
        return Layout.replicated(mesh().rank());
    }

    /** One device's part of a tensor; dimensions that are not cut keep their names. */
    public TensorType type(TensorType whole, Layout layout) {
        List<Long> sizes = layout.localShape(whole.sizes(), mesh());
        List<Dim> dims = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            Dim dim = whole.dims().get(i);
            dims.add(dim.size() == sizes.get(i) ? dim : Dim.of(sizes.get(i)));
        }
        return new TensorType(dims, whole.element());
    }

    /** The cheapest way from one layout to another, without moves along mesh axes of one device, which leave every byte where it is. */
    public List<Hop> hops(TensorType whole, Layout from, Layout to) {
        List<Hop> hops = new ArrayList<>();
        int elementBytes = whole.element().bytes(format.bytes());
        for (Move move :
                redistribution.path(whole.sizes(), elementBytes, from, to).moves()) {
            if (mesh().size(move.meshAxis()) > 1) {
                hops.add(new Hop(move, label(move.to()), type(whole, move.to())));
            }
        }
        return hops;
    }

    /** {@code "S0RP"}; {@code "M"} is a partial maximum. */
    private static String label(Layout layout) {
        StringBuilder label = new StringBuilder();
        layout.placements().forEach(p -> label.append(p.equals(Placement.PARTIAL_MAXIMUM) ? "M" : p.toString()));
        return label.toString();
    }

    /** A parameter as it lies on one device. */
    public ScopeParameter parameter(ScopeParameter whole, ParameterStorage storage) {
        return whole.as(
                type(whole.type(), storage.parameter()),
                type(whole.type(), storage.state()),
                hops(whole.type(), storage.state(), storage.parameter()),
                storage.parameter().toString());
    }

    /**
     * One device's part of an operator.
     *
     * @param inputs parts of what it reads
     * @param parameters as they lie on one device
     * @param storage how they are stored
     * @param outputs parts of what it makes
     */
    public OperatorNode operator(
            OperatorNode node,
            Strategy strategy,
            List<Value> inputs,
            List<ScopeParameter> parameters,
            List<ParameterStorage> storage,
            List<Value> outputs) {
        Part part = part(node, strategy, parameters, storage);
        List<ScopeParameter> used = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Layout layout = strategy.operands().get(node.inputs().size() + i);
            ScopeParameter whole = node.parameters().get(i);
            boolean lies = part.parameters().get(i).gather().isEmpty();
            used.add(lies ? parameters.get(i) : whole.as(type(whole.type(), layout)));
        }
        return new OperatorNode(
                node.name(),
                node.operator(),
                node.attributes(),
                node.signature(),
                inputs,
                used,
                outputs,
                node.source(),
                Optional.of(part));
    }

    /**
     * What is different about an operator under a strategy.
     *
     * @param parameters as they lie on one device
     * @param storage how they are stored
     */
    private Part part(
            OperatorNode node, Strategy strategy, List<ScopeParameter> parameters, List<ParameterStorage> storage) {
        List<Part.Inside> insides = new ArrayList<>();
        for (LocalOperator.Reduction reduction :
                LocalOperator.of(node, strategy, mesh(), format.bytes()).reductions()) {
            int axis = reduction.meshAxis();
            long wireBytes = collectives.wireBytes(
                    Collective.ALL_REDUCE, axis, reduction.reduction().bytes());
            insides.add(new Part.Inside(
                    axis, reduction.reduction(), collectives.ticks(Collective.ALL_REDUCE, axis, wireBytes)));
        }
        List<StoredParameter> stored = new ArrayList<>();
        int inputs = node.inputs().size();
        for (int i = 0; i < node.parameters().size(); i++) {
            ScopeParameter whole = node.parameters().get(i);
            ParameterStorage lies = storage.get(i);
            Layout used = strategy.operands().get(inputs + i);
            boolean buffer = whole.declaration().buffer();
            Layout gradient =
                    buffer ? lies.state() : strategy.operandGradients().get(inputs + i);
            stored.add(new StoredParameter(
                    parameters.get(i),
                    hops(whole.type(), lies.parameter(), used),
                    hops(whole.type(), gradient, lies.state()),
                    lies.keepGathered(),
                    lies.overlapped()));
        }
        return new Part(strategy.kernel(), shards(node, strategy), addends(strategy), axes(strategy), insides, stored);
    }

    /** The axis of the rule that each mesh axis splits, or nothing. */
    private static List<String> axes(Strategy strategy) {
        return strategy.choices().stream()
                .map(c -> c instanceof Choice.Split split ? split.axis() : "")
                .toList();
    }

    private static List<Integer> addends(Strategy strategy) {
        List<Placement> placements = strategy.outputs().get(0).placements();
        return IntStream.range(0, placements.size())
                .filter(a -> placements.get(a) instanceof Placement.Partial)
                .boxed()
                .toList();
    }

    private Map<String, KernelBuilder.Shard> shards(OperatorNode node, Strategy strategy) {
        Map<String, KernelBuilder.Shard> shards = new HashMap<>();
        if (strategy.choices().stream().noneMatch(Choice.Split.class::isInstance)) {
            return shards;
        }
        Rule.Inference inference = inference(node, strategy);
        for (Choice choice : strategy.choices()) {
            if (choice instanceof Choice.Split split) {
                long wholeSize = inference.size(split.axis());
                shards.computeIfAbsent(
                        split.axis(),
                        axis -> new KernelBuilder.Shard(offset(strategy.meshAxes(axis), wholeSize), wholeSize));
            }
        }
        return shards;
    }

    /** The part of the device at the origin begins at 0; a step along an outer mesh axis skips the parts along all inner ones. */
    private Step.Offset offset(List<Integer> meshAxes, long wholeSize) {
        Long[] strides = new Long[mesh().rank()];
        java.util.Arrays.fill(strides, 0L);
        long part = wholeSize;
        for (int meshAxis : meshAxes) {
            part /= mesh().size(meshAxis);
            strides[meshAxis] = part;
        }
        return new Step.Offset(List.of(strides));
    }

    private static Rule.Inference inference(OperatorNode node, Strategy strategy) {
        Rule rule = strategy.kernel() == 0
                ? node.signature().rule()
                : node.operator()
                        .furtherRules(node.attributes(), node.inputs().size())
                        .get(strategy.kernel() - 1);
        try {
            return rule.infer(
                    node.inputs().stream().map(Value::type).toList(),
                    node.signature().sizes());
        } catch (RuleMismatch e) {
            throw new IllegalStateException("operator " + node.name() + " does not fit its own rule", e);
        }
    }
}
