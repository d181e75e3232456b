package dev.ashlar.processor.joint;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.graph.LoweredOperator;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.local.Parts;
import dev.ashlar.processor.op.Table;
import dev.ashlar.processor.op.Work;
import dev.ashlar.processor.program.Liveness;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Finds out what an operator comes to under a strategy: it is lowered alone, as one device has it, and priced. */
final class FactFinder {
    private static final Scope NOWHERE = new Scope("", List.of(), List.of(), List.of(), List.of(), List.of());

    private final Parts parts;
    private final CostModel costs;
    private final StepSettings settings;
    private final Map<Key, Facts> known;

    /** What the facts of a strategy depend on. */
    record Key(
            Likeness like,
            Strategy strategy,
            Set<Integer> inputs,
            Set<Integer> parameters,
            Set<OperatorUse.Place> forwardOutliving,
            Set<OperatorUse.Place> backwardOutliving) {}

    /** @param known facts that are known already; gets those that are found */
    FactFinder(Parts parts, CostModel costs, StepSettings settings, Map<Key, Facts> known) {
        this.known = known;
        this.parts = parts;
        this.costs = costs;
        this.settings = settings;
    }

    /**
     * The facts of one strategy.
     *
     * @param whole the operator in the whole graph
     * @param use what its piece makes of it
     */
    Facts of(OperatorNode whole, Strategy strategy, OperatorUse use) {
        Key key = new Key(
                Likeness.of(whole),
                strategy,
                use.inputs(),
                use.parameters(),
                use.forwardOutliving(),
                use.backwardOutliving());
        return known.computeIfAbsent(key, k -> found(whole, strategy, use));
    }

    private Facts found(OperatorNode whole, Strategy strategy, OperatorUse use) {
        OperatorNode local = local(whole, strategy);
        LoweredOperator lowered = LoweredOperator.of(local, use.inputs(), use.parameters());
        Work work = local.operator().work(local.attributes(), local.shapes(settings.computeBytes()));
        return new Facts(
                kernels(lowered.forward(), k -> work.forwardWorkspaceBytes(), use.forwardOutliving()),
                kernels(
                        lowered.backward(),
                        k -> work.backwardWorkspaceBytes(k.results().get(0).isPresent()),
                        use.backwardOutliving()),
                Collectives.ticks(seconds(lowered, OperatorCost::seconds)),
                Collectives.ticks(seconds(lowered, c -> c.backward().seconds())));
    }

    /** Whether the kernels of every device keep the tables that one device alone would. */
    boolean keepsTables(OperatorNode whole, Strategy strategy) {
        OperatorNode local = local(whole, strategy);
        return tables(local).equals(tables(whole));
    }

    private List<Table> tables(OperatorNode node) {
        return node.operator().tables(node.attributes(), node.shapes(settings.computeBytes()));
    }

    private OperatorNode local(OperatorNode whole, Strategy strategy) {
        List<Value> inputs = new ArrayList<>();
        int operand = 0;
        for (Value input : whole.inputs()) {
            inputs.add(Value.of(
                    input.name(), parts.type(input.type(), strategy.operands().get(operand++))));
        }
        List<ScopeParameter> parameters = new ArrayList<>();
        List<ParameterStorage> storage = new ArrayList<>();
        for (ScopeParameter parameter : whole.parameters()) {
            ParameterStorage lies = ParameterStorage.asUsed(strategy.operands().get(operand++));
            storage.add(lies);
            parameters.add(parts.parameter(parameter, lies));
        }
        List<Value> outputs = new ArrayList<>();
        for (int k = 0; k < whole.outputs().size(); k++) {
            Value output = whole.outputs().get(k);
            outputs.add(Value.of(
                    output.name(), parts.type(output.type(), strategy.outputs().get(k))));
        }
        return parts.operator(whole, strategy, inputs, parameters, storage, outputs);
    }

    private double seconds(LoweredOperator lowered, ToDoubleFunction<OperatorCost> of) {
        Variant alone = new Variant(
                NOWHERE,
                Variant.Mode.TRAIN,
                List.of(),
                List.copyOf(lowered.forward()),
                List.of(),
                List.of(),
                List.of(),
                List.copyOf(lowered.backward()),
                List.of());
        return costs.of(alone).operators().stream().mapToDouble(of).sum();
    }

    /**
     * What the kernels of one direction take.
     *
     * @param outliving places of results that somebody else reads
     */
    private Facts.Kernels kernels(
            List<Step.Kernel> kernels, ToLongFunction<Step.Kernel> workspaceBytes, Set<OperatorUse.Place> outliving) {
        List<List<Long>> bytes = new ArrayList<>();
        Set<Value> there = new HashSet<>();
        long live = 0;
        long peak = 0;
        for (int k = 0; k < kernels.size(); k++) {
            List<Long> results = new ArrayList<>();
            boolean works = false;
            for (Optional<Value> result : kernels.get(k).results()) {
                boolean own = result.isPresent() && result.get().storage() == result.get();
                results.add(own ? settings.bytes(result.get().type()) : 0);
                if (own) {
                    there.add(result.get());
                    live += settings.bytes(result.get().type());
                    works = true;
                }
            }
            bytes.add(results);
            peak = Math.max(peak, live + (works ? workspaceBytes.applyAsLong(kernels.get(k)) : 0));
            for (Value gone : gone(kernels, k, there, outliving)) {
                there.remove(gone);
                live -= settings.bytes(gone.type());
            }
        }
        return new Facts.Kernels(bytes, peak);
    }

    /** What nobody reads behind a kernel. */
    private static List<Value> gone(
            List<Step.Kernel> kernels, int kernel, Set<Value> there, Set<OperatorUse.Place> outliving) {
        Set<Value> needed = new HashSet<>();
        for (int k = 0; k < kernels.size(); k++) {
            for (int r = 0; r < kernels.get(k).results().size(); r++) {
                if (outliving.contains(new OperatorUse.Place(k, r))) {
                    kernels.get(k).results().get(r).ifPresent(v -> needed.add(v.storage()));
                }
            }
            if (k > kernel) {
                Liveness.reads(kernels.get(k)).forEach(v -> needed.add(v.storage()));
            }
        }
        return there.stream().filter(v -> !needed.contains(v)).toList();
    }
}
