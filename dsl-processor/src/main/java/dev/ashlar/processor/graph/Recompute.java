package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.Argument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes backward compute some tensors again that forward then need not keep. A tensor is computed again just before the first step that
 * reads it, so that recomputed tensors do not all live through the block.
 */
public final class Recompute {
    private final Map<Value, Step.Kernel> makers = new HashMap<>();
    private final Set<Value> dropped;
    private final Set<Value> there = new HashSet<>();
    private final List<Step> steps = new ArrayList<>();

    private Recompute(Variant variant, Set<Value> dropped) {
        this.dropped = dropped;
        for (Step step : variant.forward()) {
            if (step instanceof Step.Kernel kernel) {
                kernel.results().stream().flatMap(Optional::stream).forEach(v -> makers.put(v, kernel));
            }
        }
    }

    /** What forward keeps for backward and could be computed again, in order of its making. */
    public static Set<Value> candidates(Variant variant) {
        Set<Value> read = new HashSet<>();
        variant.backward().forEach(s -> reads(s).forEach(read::add));
        Set<Value> candidates = new LinkedHashSet<>();
        for (Step step : variant.forward()) {
            if (step instanceof Step.Kernel kernel && kernel.node().operator().recomputable()) {
                kernel.results().stream()
                        .flatMap(Optional::stream)
                        .filter(read::contains)
                        .forEach(candidates::add);
            }
        }
        return candidates;
    }

    /**
     * The variant whose backward computes {@code dropped} again.
     *
     * @param dropped results of recomputable kernels; what they are made of is kept, or dropped as well and computed again before
     */
    public static Variant of(Variant variant, Set<Value> dropped) {
        if (dropped.isEmpty()) {
            return variant;
        }
        Recompute recompute = new Recompute(variant, dropped);
        for (Step step : variant.backward()) {
            reads(step).forEach(recompute::require);
            recompute.steps.add(step);
        }
        return new Variant(
                variant.scope(),
                variant.mode(),
                variant.inputs(),
                variant.forward(),
                variant.outputs(),
                variant.losses(),
                variant.outputGradients(),
                List.copyOf(recompute.steps),
                variant.inputGradients());
    }

    private void require(Value value) {
        if (!dropped.contains(value) || !there.add(value)) {
            return;
        }
        Step.Kernel maker = makers.get(value);
        if (maker == null) {
            throw new IllegalArgumentException(value + " is made by no kernel of its scope");
        }
        for (Argument argument : maker.arguments()) {
            if (argument instanceof Value input) {
                require(input);
            }
        }
        List<Optional<Value>> results = new ArrayList<>();
        for (Optional<Value> result : maker.results()) {
            results.add(result.map(v -> v == value || (dropped.contains(v) && there.add(v)) ? v : spare(v)));
        }
        steps.add(new Step.Kernel(maker.node(), maker.kernel(), maker.arguments(), results, true));
    }

    /** What a kernel returns beside the tensor that is wanted; it is freed at once. */
    private static Value spare(Value value) {
        return value.storage() == value
                ? Value.of(value.name(), value.type())
                : Value.view(value.name(), value.type(), value.storage());
    }

    private static List<Value> reads(Step step) {
        List<Value> reads = new ArrayList<>();
        if (step instanceof Step.Kernel kernel) {
            kernel.arguments().stream()
                    .filter(Value.class::isInstance)
                    .map(Value.class::cast)
                    .forEach(reads::add);
        }
        return reads;
    }
}
