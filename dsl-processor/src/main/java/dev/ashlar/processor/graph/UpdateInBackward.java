package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.Argument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes backward update every parameter as soon as its gradient is complete: behind the last step of its scope that adds to the gradient
 * or reads the value, so that backward computes with the same values as forward. Blocks whose parameters several repetitions or uses
 * share stay as they are; these parameters are updated at the end. So are those that operators before and behind a block have, whose
 * gradient is there nearly until then anyway.
 */
public final class UpdateInBackward {
    private final Map<Variant, Variant> made = new IdentityHashMap<>();

    private UpdateInBackward() {}

    /** The graph with updates in backward. */
    public static TrainingGraph of(TrainingGraph graph) {
        return graph.withTrain(new UpdateInBackward().apply(graph.train()))
                .with(graph.form().updatingInBackward());
    }

    private Variant apply(Variant variant) {
        Variant known = made.get(variant);
        if (known == null) {
            known = withUpdates(variant.withRuns(runs(variant)));
            made.put(variant, known);
        }
        return known;
    }

    private Map<UseNode, List<Step.Run>> runs(Variant variant) {
        Set<String> owners = new HashSet<>();
        for (Node node : variant.scope().nodes()) {
            if (node instanceof UseNode use) {
                use.tiedTo().ifPresent(owners::add);
            }
        }
        Map<UseNode, List<Step.Run>> runs = new HashMap<>();
        for (Step step : variant.forward()) {
            if (step instanceof Step.BlockForward block && hasItsOwn(block.node(), owners)) {
                runs.put(
                        block.node(),
                        block.runs().stream()
                                .map(r -> new Step.Run(r.from(), r.to(), apply(r.variant()), r.again()))
                                .toList());
            }
        }
        return runs;
    }

    /** Whether every repetition has parameters that no other has. */
    private static boolean hasItsOwn(UseNode use, Set<String> owners) {
        return !use.shared() && use.tiedTo().isEmpty() && !owners.contains(use.name());
    }

    private Variant withUpdates(Variant variant) {
        List<Step> backward = variant.backward();
        Map<String, Integer> last = new HashMap<>();
        Map<String, ScopeParameter> graded = new HashMap<>();
        Map<String, Integer> blocksBefore = new HashMap<>();
        Set<String> later = new HashSet<>();
        int blocks = 0;
        for (int i = 0; i < backward.size(); i++) {
            blocks += backward.get(i) instanceof Step.BlockBackward ? 1 : 0;
            for (ScopeParameter parameter : touched(backward.get(i))) {
                last.put(parameter.name(), i);
                if (blocks > blocksBefore.getOrDefault(parameter.name(), blocks)) {
                    later.add(parameter.name());
                }
            }
            if (backward.get(i) instanceof Step.ParameterGradient gradient) {
                graded.put(gradient.parameter().name(), gradient.parameter());
                blocksBefore.putIfAbsent(gradient.parameter().name(), blocks);
            }
        }
        graded.keySet().removeAll(later);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < backward.size(); i++) {
            steps.add(backward.get(i));
            for (ScopeParameter parameter : touched(backward.get(i))) {
                if (last.getOrDefault(parameter.name(), -1) == i) {
                    Optional.ofNullable(graded.remove(parameter.name())).ifPresent(p -> steps.add(new Step.Update(p)));
                }
            }
        }
        return variant.withBackward(steps);
    }

    /** The parameters that a step reads or adds to the gradient of. */
    private static List<ScopeParameter> touched(Step step) {
        List<ScopeParameter> touched = new ArrayList<>();
        if (step instanceof Step.Kernel kernel) {
            for (Argument argument : kernel.arguments()) {
                if (argument instanceof ScopeParameter parameter) {
                    touched.add(parameter);
                }
            }
        } else if (step instanceof Step.Collective collective
                && collective.source() instanceof ScopeParameter parameter) {
            touched.add(parameter);
        } else if (step instanceof Step.ParameterGradient gradient) {
            touched.add(gradient.parameter());
        }
        return touched;
    }
}
