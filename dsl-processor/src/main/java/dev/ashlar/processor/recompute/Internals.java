package dev.ashlar.processor.recompute;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Argument;
import dev.ashlar.processor.program.ProgramBuilder;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which storages of a scope live and die within one piece of it; all others must be held alike whatever the piece drops. */
final class Internals {
    private final Variant variant;
    private final Set<Step.Kernel> kernels;
    private final Map<Value, Step.Kernel> makers = new HashMap<>();
    private final Set<Value> internal = new HashSet<>();
    private final Set<Value> heldOutside;

    /**
     * @param variant the scope
     * @param kernels the piece's kernels, all that their operators have in forward
     */
    Internals(Variant variant, List<Step.Kernel> kernels) {
        this.variant = variant;
        this.kernels = new HashSet<>(kernels);
        for (Step.Kernel kernel : kernels) {
            for (Optional<Value> result : kernel.results()) {
                result.ifPresent(v -> makers.put(v, kernel));
                result.filter(v -> v.storage() == v).ifPresent(internal::add);
            }
        }
        variant.forward().forEach(this::reach);
        variant.backward().forEach(this::reach);
        remove(variant.inputs());
        remove(variant.outputs());
        remove(variant.losses());
        heldOutside = heldOutside(variant);
    }

    private void reach(Step step) {
        if (step instanceof Step.BlockForward block) {
            remove(block.inputs());
            remove(block.outputs());
        } else if (step instanceof Step.Kernel kernel && isForeign(kernel)) {
            for (Argument argument : kernel.arguments()) {
                if (argument instanceof Value value) {
                    remove(List.of(value));
                }
            }
        }
    }

    private boolean isForeign(Step.Kernel kernel) {
        return kernels.stream().noneMatch(k -> k.node() == kernel.node());
    }

    private void remove(Collection<Value> values) {
        values.forEach(v -> internal.remove(v.storage()));
    }

    boolean contains(Value value) {
        return internal.contains(value.storage());
    }

    /** The piece's kernel that makes a value and may be called again. */
    Optional<Step.Kernel> maker(Value value) {
        return Optional.ofNullable(makers.get(value))
                .filter(k -> k.node().operator().recomputable() && contains(value));
    }

    /** Whether a variant of the scope holds the same of what others see. */
    boolean leavesOthersAlone(Variant changed) {
        return heldOutside(changed).equals(heldOutside);
    }

    private Set<Value> heldOutside(Variant any) {
        Set<Value> held = new HashSet<>();
        ProgramBuilder.saved(any).stream()
                .map(Value::storage)
                .filter(s -> !internal.contains(s))
                .forEach(held::add);
        return held;
    }

    Variant variant() {
        return variant;
    }
}
