package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the steps of a routine read each tensor for the last time. The kernels that an operator calls in a row are one reader of what
 * others have made: all of it stays until the last of them has run.
 */
public final class Liveness {
    private final Map<Value, Integer> lastUse = new LinkedHashMap<>();
    private final Map<Integer, List<Value>> ends = new HashMap<>();

    /**
     * @param steps the routine's steps
     * @param results what it returns; read behind the last step
     * @param held what stays until its copy is finished, however many moves that takes
     */
    Liveness(List<Step> steps, List<Value> results, Set<Value> held) {
        Set<Value> own = new HashSet<>();
        for (int i = 0; i < steps.size(); i++) {
            if (i == 0 || !isOneCall(steps.get(i - 1), steps.get(i))) {
                own.clear();
            }
            int end = Liveness.isCopyOf(steps, i, held) ? copyEnd(steps, i) : end(steps, i);
            for (Value value : reads(steps.get(i))) {
                use(value, own.contains(value) ? i : end);
            }
            own.addAll(makes(steps.get(i)));
        }
        results.forEach(v -> use(v, steps.size()));
        lastUse.forEach((value, position) ->
                ends.computeIfAbsent(position, p -> new ArrayList<>()).add(value));
    }

    private static int end(List<Step> steps, int position) {
        int end = position;
        while (end + 1 < steps.size() && isOneCall(steps.get(end), steps.get(end + 1))) {
            end++;
        }
        return end;
    }

    /** Whether a step is the first move of a copy of one of some tensors. */
    static boolean isCopyOf(List<Step> steps, int position, Set<Value> tensors) {
        return steps.get(position) instanceof Step.Collective move
                && move.source() instanceof Value source
                && tensors.contains(source)
                && !(position > 0 && isNextMove(steps.get(position - 1), move));
    }

    private static boolean isNextMove(Step before, Step move) {
        return before instanceof Step.Collective a
                && move instanceof Step.Collective b
                && a.result() == b.source()
                && a.at().equals(b.at());
    }

    private static int copyEnd(List<Step> steps, int position) {
        int end = position;
        while (end + 1 < steps.size() && isNextMove(steps.get(end), steps.get(end + 1))) {
            end++;
        }
        return end;
    }

    private static boolean isOneCall(Step before, Step after) {
        return before instanceof Step.Kernel a
                && after instanceof Step.Kernel b
                && a.node() == b.node()
                && a.recomputed() == b.recomputed();
    }

    /** The tensors that are read for the last time in a step, in order of their first reading. */
    List<Value> ends(int position) {
        return ends.getOrDefault(position, List.of());
    }

    private void use(Value value, int position) {
        lastUse.put(value, position);
    }

    /** Position of the last step that reads it; -1 if none does. */
    int lastUse(Value value) {
        return lastUse.getOrDefault(value, -1);
    }

    boolean isUsed(Value value) {
        return lastUse.containsKey(value);
    }

    /** The tensors that a step reads, in order, repeated where it reads one twice. */
    public static List<Value> reads(Step step) {
        List<Value> reads = new ArrayList<>();
        if (step instanceof Step.Kernel kernel) {
            kernel.arguments().stream()
                    .filter(Value.class::isInstance)
                    .map(Value.class::cast)
                    .forEach(reads::add);
        } else if (step instanceof Step.Collective collective && collective.source() instanceof Value source) {
            reads.add(source);
        } else if (step instanceof Step.End end) {
            reads.add(end.result());
        } else if (step instanceof Step.Fill fill) {
            reads.add(fill.bucket());
            reads.add(fill.gradient());
        } else if (step instanceof Step.Start start) {
            reads.add(start.source());
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
    public static List<Value> makes(Step step) {
        if (step instanceof Step.Kernel kernel) {
            return kernel.results().stream().flatMap(Optional::stream).toList();
        }
        if (step instanceof Step.Collective collective) {
            return List.of(collective.result());
        }
        if (step instanceof Step.Begin begin) {
            return List.of(begin.result());
        }
        if (step instanceof Step.Bucket bucket) {
            return List.of(bucket.result());
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
