package dev.ashlar.processor.local;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.shard.Move;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Lets matrices be gathered while what runs before their use goes on, where their parameters are stored so. A gather is begun before the
 * kernels of the second operator with a matrix that runs before its own, in the same part of the same direction, or of the only one: a
 * product gives a collective no multiprocessor before its end, so that one would be too late. No more than two gathered matrices of a part
 * wait beside the one in use.
 */
public final class GathersAhead {
    /** So many operators with a matrix run from the begin of a gather to its use, where there are as many. */
    public static final int OPERATORS = 2;

    private static final int MATRIX_RANK = 2;

    private final Map<Variant, Variant> made = new IdentityHashMap<>();

    private GathersAhead() {}

    /** The same graph with gathers that are begun early. */
    public static TrainingGraph of(TrainingGraph graph) {
        return graph.withTrain(new GathersAhead().rewrite(graph.train()));
    }

    /**
     * The position of the step before which a gather is begun.
     *
     * @param part all steps of one direction between two blocks
     * @param gather position of the collective
     * @return empty if no operator with a matrix runs before it
     */
    public static OptionalInt begin(List<Step> part, int gather) {
        Optional<OperatorNode> own = reader(part, gather);
        Set<OperatorNode> before = new LinkedHashSet<>();
        for (int i = gather - 1; i >= 0 && before.size() < OPERATORS; i--) {
            computes(part.get(i))
                    .filter(GathersAhead::hasMatrix)
                    .filter(node -> own.filter(node::equals).isEmpty())
                    .ifPresent(before::add);
        }
        return before.stream().mapToInt(node -> first(part, node)).min();
    }

    /** Whether a parameter is one that may be gathered early. */
    public static boolean isMatrix(ScopeParameter parameter) {
        return !parameter.declaration().buffer() && parameter.type().rank() >= MATRIX_RANK;
    }

    /** Whether an operator has a parameter that may be gathered early. */
    public static boolean hasMatrix(OperatorNode node) {
        return node.parameters().stream().anyMatch(GathersAhead::isMatrix);
    }

    /** Whether a transfer may run beside kernels: it makes nothing but its result. */
    public static boolean isSimple(Transfer transfer) {
        return transfer instanceof Move move && move.kind() == Move.Kind.ALL_GATHER && move.workspaceBytes() == 0;
    }

    private static Optional<OperatorNode> computes(Step step) {
        return step instanceof Step.Kernel kernel && !kernel.recomputed()
                ? Optional.of(kernel.node())
                : Optional.empty();
    }

    private static int first(List<Step> part, OperatorNode node) {
        int first = 0;
        while (computes(part.get(first)).filter(node::equals).isEmpty()) {
            first++;
        }
        return first;
    }

    private static Optional<OperatorNode> reader(List<Step> part, int gather) {
        Value gathered = ((Step.Collective) part.get(gather)).result();
        return part.stream()
                .skip(gather)
                .filter(s -> s instanceof Step.Kernel k && k.arguments().contains(gathered))
                .map(s -> ((Step.Kernel) s).node())
                .findFirst();
    }

    private Variant rewrite(Variant variant) {
        Variant known = made.get(variant);
        if (known == null) {
            Map<UseNode, List<Step.Run>> runs = new HashMap<>();
            for (Step step : variant.forward()) {
                if (step instanceof Step.BlockForward block) {
                    runs.put(
                            block.node(),
                            block.runs().stream().map(this::rewrite).toList());
                }
            }
            known = variant.withRuns(runs).withSteps(GathersAhead::early);
            made.put(variant, known);
        }
        return known;
    }

    private Step.Run rewrite(Step.Run run) {
        return new Step.Run(run.from(), run.to(), rewrite(run.variant()), run.again());
    }

    private static List<Step> early(List<Step> steps) {
        List<Step> all = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= steps.size(); i++) {
            boolean end = i == steps.size();
            if (end || steps.get(i) instanceof Step.BlockForward || steps.get(i) instanceof Step.BlockBackward) {
                all.addAll(part(steps.subList(from, i)));
                if (!end) {
                    all.add(steps.get(i));
                }
                from = i + 1;
            }
        }
        return all;
    }

    private static List<Step> part(List<Step> part) {
        Map<Integer, List<Step>> begins = new HashMap<>();
        List<Step> late = new ArrayList<>(part);
        for (int i = 0; i < part.size(); i++) {
            if (part.get(i) instanceof Step.Collective gather && isEarly(part, i, gather)) {
                OptionalInt begin = begin(part, i);
                if (begin.isPresent()) {
                    begins.computeIfAbsent(begin.getAsInt(), b -> new ArrayList<>())
                            .add(new Step.Begin(
                                    gather.at(), gather.place(), gather.transfer(), gather.result(), (ScopeParameter)
                                            gather.source()));
                    late.set(i, new Step.End(gather.at(), gather.result()));
                }
            }
        }
        List<Step> all = new ArrayList<>();
        for (int i = 0; i < late.size(); i++) {
            all.addAll(begins.getOrDefault(i, List.of()));
            all.add(late.get(i));
        }
        return all;
    }

    /** Whether it is all that is to be done to gather a matrix that is stored so. */
    private static boolean isEarly(List<Step> part, int position, Step.Collective gather) {
        return gather.source() instanceof ScopeParameter parameter
                && isMatrix(parameter)
                && isSimple(gather.transfer())
                && reader(part, position).flatMap(OperatorNode::part).stream()
                        .flatMap(p -> p.parameters().stream())
                        .anyMatch(p -> p.parameter() == parameter
                                && p.overlapped()
                                && p.gather().size() == 1);
    }
}
