package dev.ashlar.processor.recompute;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Recompute;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Argument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a piece may drop: one entry for every set of its tensors that may go together; the first drops nothing, the last most.
 *
 * @param labels by variant of the scopes in it, what is dropped there
 */
record Menu(List<Map<Variant, Set<Value>>> labels) {
    /** Sets of tensors double with each that is chosen on its own; beyond this many, neighbours are chosen together. */
    static final int MOST_BITS = 7;

    /** Copies its list. */
    Menu {
        labels = List.copyOf(labels);
    }

    /** The operators that make what a label drops. */
    Set<OperatorNode> makers(int label) {
        Set<OperatorNode> makers = new LinkedHashSet<>();
        labels.get(label)
                .forEach((variant, dropped) -> kernels(variant).stream()
                        .filter(k ->
                                k.results().stream().flatMap(Optional::stream).anyMatch(dropped::contains))
                        .forEach(k -> makers.add(k.node())));
        return makers;
    }

    /** The menu of a run of the model's own kernels. */
    static Menu of(Variant variant, List<Step.Kernel> kernels) {
        Internals internals = new Internals(variant, kernels);
        return combine(bits(internals), Map.of(variant, internals));
    }

    /** The menu of a block, blocks in it included; their repetitions choose alike. */
    static Menu of(Variant variant) {
        Map<Variant, Internals> scopes = new LinkedHashMap<>();
        collect(variant, scopes);
        List<Bit> bits = new ArrayList<>();
        scopes.values().forEach(i -> bits.addAll(bits(i)));
        return combine(bits, scopes);
    }

    private static void collect(Variant variant, Map<Variant, Internals> scopes) {
        if (scopes.containsKey(variant)) {
            return;
        }
        scopes.put(variant, new Internals(variant, kernels(variant)));
        for (Step step : variant.forward()) {
            if (step instanceof Step.BlockForward block) {
                block.runs().forEach(r -> collect(r.variant(), scopes));
            }
        }
    }

    private static List<Step.Kernel> kernels(Variant variant) {
        return variant.forward().stream()
                .filter(Step.Kernel.class::isInstance)
                .map(Step.Kernel.class::cast)
                .toList();
    }

    /** What can be dropped on its own; empty where backward calls kernels again already. */
    static List<Bit> bits(Internals internals) {
        Variant variant = internals.variant();
        if (variant.backward().stream().anyMatch(s -> s instanceof Step.Kernel k && k.recomputed())) {
            return List.of();
        }
        Set<Value> candidates = Recompute.candidates(variant);
        List<Bit> bits = new ArrayList<>();
        for (Value candidate : candidates) {
            Optional<Step.Kernel> maker = internals.maker(candidate);
            if (maker.isPresent()) {
                Set<Value> values = new LinkedHashSet<>();
                drop(candidate, internals, candidates, values);
                bits.add(new Bit(variant, maker.get(), values));
            }
        }
        return joined(bits);
    }

    /** A tensor goes together with those behind it that only it needs, for they are not there either. */
    private static void drop(Value value, Internals internals, Set<Value> candidates, Set<Value> values) {
        Optional<Step.Kernel> maker = internals.maker(value);
        if (maker.isEmpty() || !values.add(value)) {
            return;
        }
        for (Argument argument : maker.get().arguments()) {
            if (argument instanceof Value input && !candidates.contains(input)) {
                drop(input, internals, candidates, values);
            }
        }
    }

    /** Results of one kernel, and views of one storage, are one choice. */
    private static List<Bit> joined(List<Bit> bits) {
        List<Bit> joined = new ArrayList<>();
        for (Bit bit : bits) {
            Bit all = bit;
            for (int i = joined.size() - 1; i >= 0; i--) {
                Bit other = joined.get(i);
                if (other.maker() == all.maker() || other.sharesStorage(all)) {
                    all = joined.remove(i).with(all);
                }
            }
            joined.add(all);
        }
        return joined;
    }

    private static Menu combine(List<Bit> bits, Map<Variant, Internals> scopes) {
        List<Bit> few = few(bits);
        List<Map<Variant, Set<Value>>> labels = new ArrayList<>();
        for (int mask = 0; mask < 1 << few.size(); mask++) {
            Map<Variant, Set<Value>> label = new IdentityHashMap<>();
            for (int i = 0; i < few.size(); i++) {
                if ((mask >> i & 1) != 0) {
                    few.get(i)
                            .dropped()
                            .forEach((variant, values) -> label.computeIfAbsent(variant, v -> new LinkedHashSet<>())
                                    .addAll(values));
                }
            }
            if (label.entrySet().stream().allMatch(e -> allowed(e.getKey(), e.getValue(), scopes))) {
                labels.add(label);
            }
        }
        return new Menu(labels);
    }

    private static boolean allowed(Variant variant, Set<Value> dropped, Map<Variant, Internals> scopes) {
        Internals internals = scopes.get(variant);
        return internals != null && internals.leavesOthersAlone(Recompute.of(variant, dropped));
    }

    private static List<Bit> few(List<Bit> bits) {
        List<Bit> few = new ArrayList<>(bits);
        while (few.size() > MOST_BITS) {
            Pair pair = like(few)
                    .or(() -> neighbours(few, true))
                    .or(() -> neighbours(few, false))
                    .orElseThrow();
            few.set(pair.left(), few.get(pair.left()).with(few.remove(pair.right())));
        }
        return few;
    }

    private record Pair(int left, int right) {}

    private static Optional<Pair> like(List<Bit> bits) {
        for (int i = 0; i < bits.size(); i++) {
            for (int j = i + 1; j < bits.size(); j++) {
                if (bits.get(i).isLike(bits.get(j))) {
                    return Optional.of(new Pair(i, j));
                }
            }
        }
        return Optional.empty();
    }

    /** The neighbours that are smallest together. */
    private static Optional<Pair> neighbours(List<Bit> bits, boolean ofSameScope) {
        return IntStream.range(0, bits.size() - 1)
                .filter(i -> !ofSameScope || bits.get(i).isOfSameScope(bits.get(i + 1)))
                .boxed()
                .min(Comparator.comparingLong(
                        i -> bits.get(i).elements() + bits.get(i + 1).elements()))
                .map(i -> new Pair(i, i + 1));
    }
}
