package dev.ashlar.processor.local;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Variant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Finds gradients that are summed over devices at once and alone: those of parameters that are used several times, which meet. Of
 * operators of the model itself that are tied the gradient that is made first need not wait, if a block runs before the next: it is
 * there by then.
 */
public final class WaitingGradients {
    private final Set<String> shared = new HashSet<>();
    private final Set<Step.ParameterGradient> found = new HashSet<>();

    private WaitingGradients() {}

    /** The gradients of a model that wait. */
    public static Set<Step.ParameterGradient> of(Variant model) {
        WaitingGradients waiting = new WaitingGradients();
        waiting.collectShared(model.scope(), false);
        waiting.collect(model, true);
        return Set.copyOf(waiting.found);
    }

    /** Blocks whose parameters are those of another use or repetition, by the names of their types. */
    private void collectShared(Scope scope, boolean inShared) {
        Set<String> owners = new HashSet<>();
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use) {
                use.tiedTo().ifPresent(owners::add);
            }
        }
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use) {
                boolean here = inShared || use.shared() || use.tiedTo().isPresent() || owners.contains(use.name());
                for (Scope block : use.scopes()) {
                    if (here) {
                        shared.add(block.typeName());
                    }
                    collectShared(block, here);
                }
            }
        }
    }

    /** @param model whether it is the model itself, no block */
    private void collect(Variant variant, boolean model) {
        Map<ScopeParameter, List<Step.ParameterGradient>> gradients = new LinkedHashMap<>();
        Map<Step.ParameterGradient, Integer> blocksBefore = new LinkedHashMap<>();
        int blocks = 0;
        for (Step step : variant.backward()) {
            if (step instanceof Step.ParameterGradient gradient) {
                gradients
                        .computeIfAbsent(gradient.parameter(), p -> new ArrayList<>())
                        .add(gradient);
                blocksBefore.put(gradient, blocks);
            } else if (step instanceof Step.BlockBackward block) {
                blocks++;
                block.runs().forEach(r -> collect(r.variant(), false));
            }
        }
        boolean all = shared.contains(variant.scope().typeName());
        for (List<Step.ParameterGradient> several : gradients.values()) {
            boolean alone = several.size() == 1;
            boolean early = model
                    && !alone
                    && !Objects.equals(blocksBefore.get(several.get(0)), blocksBefore.get(several.get(1)));
            if (all || !alone) {
                found.addAll(all || !early ? several : several.subList(1, several.size()));
            }
        }
    }
}
