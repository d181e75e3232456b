package dev.ashlar.processor.cost;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.StoredParameter;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Move;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Walks a step and adds up what it costs: operators, what is exchanged, alone or beside them, and sums of gradients. */
final class StepPricing {
    /** Backward kernels that are one with a sum of what they make. */
    private static final Set<String> ADDING = Set.of("layerNormBackward", "linearInputGradient");

    private final Map<Variant, Map<OperatorNode, OperatorPricing.Directions>> priced = new IdentityHashMap<>();
    private final List<OperatorCost> operators = new ArrayList<>();
    private final List<CollectiveCost> collectives = new ArrayList<>();
    private final List<CollectiveCost> updates = new ArrayList<>();
    private final Set<String> updated = new HashSet<>();
    private final List<Overlap> overlaps = new ArrayList<>();
    private final Rates rates;
    private final OperatorPricing pricing;
    private final boolean once;
    private double sumSeconds;

    /** @param once whether forward runs once in a step, so that what was updated before may come beside it */
    StepPricing(Rates rates, boolean once) {
        this.rates = rates;
        this.once = once;
        pricing = new OperatorPricing(rates);
    }

    ModelCost model(Variant variant) {
        expand(variant, "", "", false);
        return new ModelCost(operators, collectives, updates, sumSeconds, overlaps);
    }

    /**
     * @param owner what full names of the scope's parameters begin with
     * @param again whether all of its forward runs once more before its backward
     */
    private void expand(Variant variant, String path, String owner, boolean again) {
        Set<Value> made = forward(variant, path, owner, again);
        backward(variant, path, owner, made);
    }

    /** What exchanges of forward make. */
    private Set<Value> forward(Variant variant, String path, String owner, boolean again) {
        Map<OperatorNode, OperatorPricing.Directions> costs = priced.computeIfAbsent(variant, pricing::price);
        Set<OperatorNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Value> made = new HashSet<>();
        Set<ScopeParameter> trained = withGradients(variant);
        OverlappedParts there = new OverlappedParts(path);
        for (Step step : variant.forward()) {
            if (step instanceof Step.Kernel kernel && seen.add(kernel.node())) {
                OperatorPricing.Directions cost = Objects.requireNonNull(costs.get(kernel.node()));
                there.kernel(kernel, cost.forward());
                completions(there, owner, kernel.node(), trained);
                operators.add(new OperatorCost(
                        path + kernel.node().name(),
                        kernel.node(),
                        cost.forward(),
                        cost.backward(),
                        again ? cost.recompute().plus(cost.forward()) : cost.recompute()));
            } else if (step instanceof Step.Collective collective) {
                made.add(collective.result());
                collectives.add(CollectiveCost.blocking(path + collective.at(), false, false, collective.transfer()));
                if (again) {
                    collectives.add(CollectiveCost.blocking(path + collective.at(), true, true, collective.transfer()));
                }
            } else if (step instanceof Step.Begin begin) {
                made.add(begin.result());
                begin(there, path, begin, false, false);
            } else if (step instanceof Step.BlockForward block) {
                there.end(overlaps);
                expand(block, path, owner, again);
            }
        }
        there.end(overlaps);
        return made;
    }

    /** @param made by exchanges of forward: one that makes the same is done again */
    private void backward(Variant variant, String path, String owner, Set<Value> made) {
        Map<OperatorNode, OperatorPricing.Directions> costs = priced.computeIfAbsent(variant, pricing::price);
        OverlappedParts parts = new OverlappedParts(path);
        Set<Value> adding = addingGradients(variant);
        for (Step step : variant.backward()) {
            if (step instanceof Step.Kernel kernel && !kernel.recomputed()) {
                OperatorPricing.Directions cost = Objects.requireNonNull(costs.get(kernel.node()));
                parts.kernel(kernel, cost.backward());
            } else if (step instanceof Step.Sum sum) {
                sumSeconds += seconds(sum, adding);
            } else if (step instanceof Step.Fill fill) {
                sumSeconds += rates.copySeconds(rates.bytes(fill.gradient().type()));
            } else if (step instanceof Step.Collective collective) {
                boolean repeats = made.contains(collective.result());
                collectives.add(CollectiveCost.blocking(path + collective.at(), true, repeats, collective.transfer()));
            } else if (step instanceof Step.Begin begin) {
                begin(parts, path, begin, true, made.contains(begin.result()));
            } else if (step instanceof Step.Start start) {
                start(parts, path, start);
                start.parameters().forEach(p -> update(owner, p));
            } else if (step instanceof Step.ParameterGradient gradient) {
                update(owner, gradient.parameter());
            } else if (step instanceof Step.BlockBackward) {
                parts.end(overlaps);
            }
        }
        parts.end(overlaps);
    }

    /**
     * What kernels make that take in, on accelerators, what is added to it next, or add it themselves. On meshes a redistribution may lie
     * between: there sums are priced in full.
     */
    private Set<Value> addingGradients(Variant variant) {
        Set<Value> adding = new HashSet<>();
        for (Step step : variant.backward()) {
            boolean added = !rates.device().cpu()
                    && step instanceof Step.Kernel kernel
                    && kernel.node().part().isEmpty()
                    && ADDING.contains(kernel.kernel());
            if (added && step instanceof Step.Kernel kernel) {
                kernel.results().get(0).ifPresent(adding::add);
            }
        }
        return adding;
    }

    /** A sum that its kernel takes in reads the addend alone. */
    private double seconds(Step.Sum sum, Set<Value> adding) {
        return adding.contains(sum.left()) || adding.contains(sum.right())
                ? rates.transferSeconds(rates.bytes(sum.result().type()))
                : rates.sumSeconds(sum.result().type().elements());
    }

    private void begin(OverlappedParts parts, String path, Step.Begin begin, boolean backward, boolean again) {
        collectives.add(new CollectiveCost(path + begin.at(), backward, again, true, begin.transfer()));
        beside(parts, begin.transfer());
    }

    /** The first transfer runs beside kernels; those that follow it are waited for. */
    private void start(OverlappedParts parts, String path, Step.Start start) {
        String name = path + start.at();
        for (int i = 0; i < start.transfers().size(); i++) {
            Transfer transfer = start.transfers().get(i);
            if (start.overlapped() && i == 0) {
                collectives.add(new CollectiveCost(name, true, false, true, transfer));
                beside(parts, transfer);
            } else {
                collectives.add(CollectiveCost.blocking(name, true, false, transfer));
            }
        }
    }

    private void beside(OverlappedParts parts, Transfer transfer) {
        Collective kind = Collective.valueOf(((Move) transfer).kind().name());
        parts.beside(
                Collectives.seconds(transfer.ticks()), Collectives.seconds(rates.slowedTicks(kind, transfer.ticks())));
    }

    private Set<ScopeParameter> withGradients(Variant variant) {
        Set<ScopeParameter> all = new HashSet<>();
        for (Step step : variant.backward()) {
            if (step instanceof Step.Start start) {
                all.addAll(start.parameters());
            } else if (step instanceof Step.ParameterGradient gradient) {
                all.add(gradient.parameter());
            }
        }
        return all;
    }

    /** What the update before has left in parts comes beside the forward of the part that reads it. */
    private void completions(OverlappedParts parts, String owner, OperatorNode node, Set<ScopeParameter> trained) {
        Stream<ScopeParameter> gathered =
                node.part().stream().flatMap(p -> p.parameters().stream()).map(StoredParameter::parameter);
        for (ScopeParameter parameter :
                Stream.concat(node.parameters().stream(), gathered).toList()) {
            String name = owner + parameter.name();
            if (once && trained.contains(parameter) && rates.comesLater(parameter.update()) && updated.add(name)) {
                Transfer gather = parameter.update().get(0).transfer();
                updates.add(new CollectiveCost("gather " + name, true, false, true, gather));
                beside(parts, gather);
            }
        }
    }

    /** A parameter is updated once, however many operators have it. */
    private void update(String owner, ScopeParameter parameter) {
        String name = owner + parameter.name();
        if (updated.add(name)) {
            parameter
                    .update()
                    .forEach(h -> updates.add(CollectiveCost.blocking("gather " + name, true, false, h.transfer())));
        }
    }

    private void expand(Step.BlockForward block, String path, String owner, boolean again) {
        UseNode use = block.node();
        for (Step.Run run : block.runs()) {
            for (long i = run.from(); i < run.to(); i++) {
                String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                expand(
                        run.variant(),
                        path + use.name() + index,
                        owner + Trainable.instance(use, i),
                        again || run.again());
            }
        }
    }
}
