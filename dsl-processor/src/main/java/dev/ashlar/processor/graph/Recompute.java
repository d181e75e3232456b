package dev.ashlar.processor.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes backward compute some tensors, or gather some copies, again that forward then need not keep. A tensor is made again just before
 * the first operator that reads it, so that what is made again does not all live through the block; what one operator needs is made in
 * the order of forward.
 */
public final class Recompute {
    private final Map<Value, Step> makers;
    private final Map<Step, Integer> positions = new IdentityHashMap<>();
    private final Set<Value> dropped;
    private final Set<Value> there = new HashSet<>();
    private final List<Step> steps = new ArrayList<>();

    private Recompute(Variant variant, Set<Value> dropped) {
        makers = makers(variant);
        for (int i = 0; i < variant.forward().size(); i++) {
            positions.put(variant.forward().get(i), i);
        }
        this.dropped = new HashSet<>(dropped);
        variant.backward().stream()
                .filter(this::isRepeated)
                .flatMap(s -> makes(s).stream())
                .filter(makers::containsKey)
                .forEach(this.dropped::add);
        dropped.forEach(this::dropHopsBefore);
    }

    private static Map<Value, Step> makers(Variant variant) {
        Map<Value, Step> makers = new HashMap<>();
        variant.forward().forEach(s -> makes(s).forEach(v -> makers.put(v, s)));
        return makers;
    }

    /** What lies between a tensor and its copy is never kept by itself. */
    private void dropHopsBefore(Value copy) {
        Value value = copy;
        while (makers.get(value) instanceof Step.Collective hop
                && hop.source() instanceof Value source
                && makers.get(source) instanceof Step.Collective before
                && before.at().equals(hop.at())) {
            dropped.add(source);
            value = source;
        }
    }

    private boolean isRepeated(Step step) {
        return step instanceof Step.Kernel kernel
                ? kernel.recomputed()
                : step instanceof Step.Collective collective && makers.containsKey(collective.result());
    }

    /**
     * What forward keeps for backward and could be made again, in order of its making: results of recomputable kernels, and copies of
     * tensors in other layouts. Gathered parameters are not among them: their storage says what becomes of them.
     */
    public static Set<Value> candidates(Variant variant) {
        Set<Value> read = new HashSet<>();
        variant.backward().forEach(s -> reads(s).forEach(read::add));
        variant.backward().forEach(s -> makes(s).forEach(read::remove));
        Set<Value> parameters = new HashSet<>();
        Set<Value> candidates = new LinkedHashSet<>();
        for (Step step : variant.forward()) {
            boolean candidate = false;
            if (step instanceof Step.Kernel kernel) {
                candidate = kernel.node().operator().recomputable();
            } else if (step instanceof Step.Collective hop) {
                candidate = hop.source() instanceof Value source && !parameters.contains(source);
                if (!candidate) {
                    parameters.add(hop.result());
                }
            }
            if (candidate) {
                makes(step).stream().filter(read::contains).forEach(candidates::add);
            }
        }
        return candidates;
    }

    /**
     * The variant whose backward makes {@code dropped} again, and what it made again before.
     *
     * @param dropped results of recomputable kernels, or last results of collectives; what they are made of is kept, or dropped as well
     *     and made again before
     */
    public static Variant of(Variant variant, Set<Value> dropped) {
        if (dropped.isEmpty()) {
            return variant;
        }
        Recompute recompute = new Recompute(variant, dropped);
        // What was made again before may now be read earlier: it gets its place anew.
        List<Step> backward = variant.backward().stream()
                .filter(s -> !recompute.isRepeated(s))
                .toList();
        for (int from = 0; from < backward.size(); ) {
            int to = callEnd(backward, from);
            List<Step> call = backward.subList(from, to);
            recompute.require(call);
            recompute.steps.addAll(call);
            from = to;
        }
        return variant.withBackward(recompute.steps);
    }

    /** What steps that follow one another need that is not there, in order of forward. */
    private void require(List<Step> readers) {
        SortedMap<Integer, Step> needed = new TreeMap<>();
        readers.forEach(s -> reads(s).forEach(v -> require(v, needed)));
        needed.values().forEach(this::repeat);
    }

    private void require(Value value, SortedMap<Integer, Step> needed) {
        if (!dropped.contains(value) || !there.add(value)) {
            return;
        }
        Step maker = makers.get(value);
        if (maker == null) {
            throw new IllegalArgumentException(value + " is made by no kernel or collective of its scope");
        }
        needed.put(Objects.requireNonNull(positions.get(maker)), maker);
        makes(maker).stream().filter(dropped::contains).forEach(there::add);
        reads(maker).forEach(v -> require(v, needed));
    }

    private void repeat(Step maker) {
        if (maker instanceof Step.Kernel kernel) {
            List<Optional<Value>> results = new ArrayList<>();
            kernel.results().forEach(r -> results.add(r.map(v -> dropped.contains(v) ? v : spare(v))));
            steps.add(new Step.Kernel(kernel.node(), kernel.kernel(), kernel.arguments(), results, true));
        } else {
            steps.add(maker);
        }
    }

    /** What a kernel returns beside the tensor that is wanted; it is freed at once. */
    private static Value spare(Value value) {
        return value.storage() == value
                ? Value.of(value.name(), value.type())
                : Value.view(value.name(), value.type(), value.storage());
    }

    /** Behind the last of the kernels that an operator calls in a row. */
    private static int callEnd(List<Step> steps, int from) {
        int end = from + 1;
        while (end < steps.size()
                && steps.get(from) instanceof Step.Kernel first
                && steps.get(end) instanceof Step.Kernel next
                && next.node() == first.node()) {
            end++;
        }
        return end;
    }

    private static List<Value> reads(Step step) {
        List<Value> reads = new ArrayList<>();
        if (step instanceof Step.Kernel kernel) {
            kernel.arguments().stream()
                    .filter(Value.class::isInstance)
                    .map(Value.class::cast)
                    .forEach(reads::add);
        } else if (step instanceof Step.Collective collective && collective.source() instanceof Value source) {
            reads.add(source);
        }
        return reads;
    }

    private static List<Value> makes(Step step) {
        if (step instanceof Step.Kernel kernel) {
            return kernel.results().stream().flatMap(Optional::stream).toList();
        }
        return step instanceof Step.Collective collective ? List.of(collective.result()) : List.of();
    }
}
