package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the steps of a routine read each tensor for the last time. */
final class Liveness {
    private final Map<Value, Integer> lastUse = new HashMap<>();
    private final Map<Value, Integer> firstUse = new HashMap<>();

    /**
     * @param steps the routine's steps
     * @param results what it returns; read behind the last step
     */
    Liveness(List<Step> steps, List<Value> results) {
        for (int i = 0; i < steps.size(); i++) {
            for (Value value : reads(steps.get(i))) {
                use(value, i);
            }
        }
        results.forEach(v -> use(v, steps.size()));
    }

    private void use(Value value, int position) {
        lastUse.put(value, position);
        firstUse.putIfAbsent(value, position);
    }

    /** Position of the last step that reads it; -1 if none does. */
    int lastUse(Value value) {
        return lastUse.getOrDefault(value, -1);
    }

    boolean isUsed(Value value) {
        return lastUse.containsKey(value);
    }

    /** The tensors that a step reads, in order, repeated where it reads one twice. */
    static List<Value> reads(Step step) {
        List<Value> reads = new ArrayList<>();
        if (step instanceof Step.Kernel kernel) {
            kernel.arguments().stream()
                    .filter(Value.class::isInstance)
                    .map(Value.class::cast)
                    .forEach(reads::add);
        } else if (step instanceof Step.Collective collective && collective.source() instanceof Value source) {
            reads.add(source);
        } else if (step instanceof Step.Sum sum) {
            reads.add(sum.left());
            reads.add(sum.right());
        } else if (step instanceof Step.ParameterGradient gradient) {
            reads.add(gradient.gradient());
        } else if (step instanceof Step.BlockForward block) {
            reads.addAll(block.inputs());
        } else if (step instanceof Step.BlockBackward block) {
            block.outputGradients().stream().flatMap(Optional::stream).forEach(reads::add);
        }
        return reads;
    }

    /** The tensors that a step makes. */
    static List<Value> makes(Step step) {
        if (step instanceof Step.Kernel kernel) {
            return kernel.results().stream().flatMap(Optional::stream).toList();
        }
        if (step instanceof Step.Collective collective) {
            return List.of(collective.result());
        }
        if (step instanceof Step.Sum sum) {
            return List.of(sum.result());
        }
        if (step instanceof Step.Seed seed) {
            return List.of(seed.gradient());
        }
        if (step instanceof Step.BlockForward block) {
            return block.outputs();
        }
        if (step instanceof Step.BlockBackward block) {
            return block.inputGradients().stream().flatMap(Optional::stream).toList();
        }
        return List.of();
    }
}
