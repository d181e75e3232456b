package dev.ashlar.processor.local;

import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.StoredParameter;
import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.Placement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Decides which gradients of a part of backward are summed over devices alone, which together, and which are scattered. */
final class Buckets {
    private final Fusion fusion;
    private final int axes;
    private final NumberFormat format;
    private final Set<Step.ParameterGradient> waiting;

    /**
     * How a gradient gets to its parameter: collectives, one directly behind the other, that sum it in place, but for a first one that may
     * scatter it.
     */
    private record Chain(int from, List<Step.Collective> collectives, Value gradient, ScopeParameter parameter) {
        int end() {
            return from + collectives.size();
        }

        boolean scatters() {
            return !collectives.get(0).transfer().inPlace();
        }

        List<Integer> axes() {
            return collectives.stream()
                    .map(c -> ((Move) c.transfer()).meshAxis())
                    .toList();
        }

        List<Transfer> transfers() {
            return collectives.stream().map(Step.Collective::transfer).toList();
        }
    }

    /** Gradients of one key are summed along the same axes in the same order. */
    private record Key(List<Integer> meshAxes, Element element) {}

    /** Several gradients as one. */
    private record Bucket(List<Chain> members, Value flat, List<Transfer> transfers) {
        boolean endsWith(Chain chain) {
            return members.get(members.size() - 1) == chain;
        }

        long offset(Chain chain) {
            long offset = 0;
            for (Chain member : members.subList(0, members.indexOf(chain))) {
                offset += member.gradient().type().elements();
            }
            return offset;
        }

        String at() {
            String first = members.get(0).parameter().name();
            return members.size() == 1 ? first : first + " and " + (members.size() - 1) + " more";
        }
    }

    /** @param waiting gradients that are summed at once and alone */
    Buckets(Collectives collectives, NumberFormat format, Set<Step.ParameterGradient> waiting) {
        this.waiting = waiting;
        fusion = new Fusion(collectives);
        axes = collectives.mesh().rank();
        this.format = format;
    }

    /** @param last whether no other part runs behind it: then nothing hides what small gradients take together */
    List<Step> of(List<Step> steps, boolean last) {
        Map<Integer, Chain> chains = chains(steps);
        int parameters = (int)
                steps.stream().filter(Step.ParameterGradient.class::isInstance).count();
        int firstKernel = firstKernel(steps);
        Map<Chain, Bucket> buckets = buckets(
                chains.values().stream()
                        .filter(c -> c.from() > firstKernel && !c.scatters())
                        .toList(),
                parameters);
        Map<Integer, List<String>> ends = ends(steps, chains.values());
        int lastKernel = lastKernel(steps);
        List<Step> rewritten = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (i == firstKernel && steps.get(i) instanceof Step.Kernel kernel) {
                buckets.values().stream()
                        .distinct()
                        .forEach(
                                b -> rewritten.add(new Step.Bucket(kernel.node().name(), b.flat())));
            }
            ends.getOrDefault(i, List.of()).forEach(at -> rewritten.add(new Step.Finish(at)));
            Chain chain = chains.get(i);
            boolean overlapped = !last || i < lastKernel;
            if (chain == null || (!buckets.containsKey(chain) && !overlapped)) {
                rewritten.add(steps.get(i));
                continue;
            }
            Bucket bucket = buckets.get(chain);
            if (bucket == null) {
                rewritten.add(start(at(chain), chain, chain.transfers(), chain.gradient(), List.of(chain), true));
            } else {
                rewritten.add(new Step.Fill(at(chain), bucket.flat(), bucket.offset(chain), chain.gradient()));
                if (bucket.endsWith(chain)) {
                    rewritten.add(
                            start(bucket.at(), chain, bucket.transfers(), bucket.flat(), bucket.members(), !last));
                }
            }
            i = chain.end();
        }
        return rewritten;
    }

    /** What is scattered is waited for by name, before a step. */
    private static Map<Integer, List<String>> ends(List<Step> steps, Collection<Chain> chains) {
        Map<Integer, List<String>> ends = new HashMap<>();
        for (Chain chain : chains) {
            if (chain.scatters()) {
                int end = Scatters.end(steps, chain.end()).orElseThrow();
                ends.computeIfAbsent(end, e -> new ArrayList<>()).add(at(chain));
            }
        }
        return ends;
    }

    private static int firstKernel(List<Step> steps) {
        int first = 0;
        while (first < steps.size() && !(steps.get(first) instanceof Step.Kernel kernel && !kernel.recomputed())) {
            first++;
        }
        return first;
    }

    private static int lastKernel(List<Step> steps) {
        int last = steps.size() - 1;
        while (last >= 0 && !(steps.get(last) instanceof Step.Kernel)) {
            last--;
        }
        return last;
    }

    private static String at(Chain chain) {
        return chain.collectives().get(0).at();
    }

    private static Step.Start start(
            String at,
            Chain completing,
            List<Transfer> transfers,
            Value source,
            List<Chain> members,
            boolean overlapped) {
        List<ScopeParameter> parameters = members.stream().map(Chain::parameter).toList();
        return new Step.Start(at, completing.collectives().get(0).place(), transfers, source, parameters, overlapped);
    }

    /** By position of the first collective. */
    private Map<Integer, Chain> chains(List<Step> steps) {
        Map<Integer, Chain> chains = new LinkedHashMap<>();
        Set<ScopeParameter> scattered = scattered(steps);
        for (int i = 0; i < steps.size(); i++) {
            if (!(steps.get(i) instanceof Step.ParameterGradient gradient) || waiting.contains(gradient)) {
                continue;
            }
            boolean scatters = scattered.contains(gradient.parameter())
                    && Scatters.end(steps, i).isPresent();
            int from = i;
            Value wanted = gradient.gradient();
            boolean scattering = false;
            while (from > 0
                    && !scattering
                    && steps.get(from - 1) instanceof Step.Collective collective
                    && collective.result() == wanted
                    && collective.source() instanceof Value source
                    && (isSum(collective.transfer()) || (scatters && isScatter(collective.transfer())))) {
                wanted = source;
                scattering = isScatter(collective.transfer());
                from--;
            }
            List<Step.Collective> summing = steps.subList(from, i).stream()
                    .map(Step.Collective.class::cast)
                    .toList();
            boolean whole =
                    from == 0 || !(steps.get(from - 1) instanceof Step.Collective before && before.result() == wanted);
            if (!summing.isEmpty() && whole) {
                chains.put(from, new Chain(from, summing, wanted, gradient.parameter()));
            }
        }
        return chains;
    }

    /** Parameters whose gradients are to be scattered while backward goes on, where they are scattered. */
    private static Set<ScopeParameter> scattered(List<Step> steps) {
        return steps.stream()
                .filter(Step.Kernel.class::isInstance)
                .flatMap(s -> ((Step.Kernel) s).node().part().stream())
                .flatMap(p -> p.parameters().stream())
                .filter(StoredParameter::overlapped)
                .map(StoredParameter::parameter)
                .collect(Collectors.toSet());
    }

    private static boolean isScatter(Transfer transfer) {
        return transfer instanceof Move move && move.kind() == Move.Kind.REDUCE_SCATTER;
    }

    private static boolean isSum(Transfer transfer) {
        return transfer instanceof Move move && move.kind() == Move.Kind.ALL_REDUCE;
    }

    /** Gradients that are cheaper to copy than to wait for another latency. */
    private Map<Chain, Bucket> buckets(List<Chain> chains, int parameters) {
        Map<Key, List<Chain>> small = new LinkedHashMap<>();
        for (Chain chain : chains) {
            Key key = new Key(chain.axes(), chain.gradient().type().element());
            if (fusion.fuses(bytes(chain), chain.axes())) {
                small.computeIfAbsent(key, k -> new ArrayList<>()).add(chain);
            }
        }
        Map<Chain, Bucket> buckets = new LinkedHashMap<>();
        small.forEach((key, members) -> {
            Bucket bucket = bucket(key, members, parameters);
            members.forEach(m -> buckets.put(m, bucket));
        });
        return buckets;
    }

    private long bytes(Chain chain) {
        TensorType type = chain.gradient().type();
        return Math.multiplyExact(type.elements(), type.element().bytes(format.bytes()));
    }

    private Bucket bucket(Key key, List<Chain> members, int parameters) {
        long elements =
                members.stream().mapToLong(m -> m.gradient().type().elements()).reduce(0, Math::addExact);
        long bytes = members.stream().mapToLong(this::bytes).reduce(0, Math::addExact);
        Layout layout = Layout.replicated(axes);
        for (int axis : key.meshAxes()) {
            layout = layout.with(axis, Placement.PARTIAL);
        }
        List<Transfer> transfers = new ArrayList<>();
        for (int axis : key.meshAxes()) {
            Layout summed = layout.with(axis, Placement.REPLICATED);
            long wireBytes = fusion.wireBytes(axis, bytes);
            long ticks = members.stream()
                    .mapToLong(m -> fusion.ticks(axis, bytes(m), parameters))
                    .reduce(0, Math::addExact);
            transfers.add(new Move(Move.Kind.ALL_REDUCE, axis, layout, summed, bytes, wireBytes, ticks, 0, 0));
            layout = summed;
        }
        Value flat = Value.of("d.bucket", new TensorType(List.of(Dim.of(elements)), key.element()));
        return new Bucket(List.copyOf(members), flat, transfers);
    }
}
