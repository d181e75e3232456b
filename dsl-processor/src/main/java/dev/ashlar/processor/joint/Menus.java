package dev.ashlar.processor.joint;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.local.GathersAhead;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.local.Scatters;
import dev.ashlar.processor.local.WaitingGradients;
import dev.ashlar.processor.program.Liveness;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Lists what may be chosen for the operators of a piece. */
final class Menus {
    private final Skeleton skeleton;
    private final Mesh mesh;
    private final FactFinder finder;
    private final StorageMenu storage;
    private final Set<Step.ParameterGradient> waiting;
    private final Map<Key, OperatorMenu> known;
    private final Map<Likeness, List<Strategy>> strategies;

    /**
     * @param known menus that are known already; gets those that are found
     * @param strategies likewise
     */
    Menus(
            Skeleton skeleton,
            Mesh mesh,
            FactFinder finder,
            StorageMenu storage,
            Map<Key, OperatorMenu> known,
            Map<Likeness, List<Strategy>> strategies) {
        this.known = known;
        this.strategies = strategies;
        this.skeleton = skeleton;
        this.mesh = mesh;
        this.finder = finder;
        this.storage = storage;
        waiting = WaitingGradients.of(skeleton.graph().train());
    }

    /**
     * The menu of one operator of a piece.
     *
     * @param tied its parameters that are used elsewhere too, by index
     */
    OperatorMenu of(OperatorNode node, Piece piece, Map<Integer, TiedUse> tied) {
        OperatorNode whole = skeleton.whole(node);
        List<Strategy> all = strategies(whole);
        OperatorUse use = use(node, whole, piece);
        OperatorMenu menu =
                known.computeIfAbsent(new Key(Likeness.of(whole), use, tied), k -> menu(whole, all, use, tied));
        return new OperatorMenu(whole, all, menu.facts(), menu.stored(), tied);
    }

    private OperatorMenu menu(OperatorNode whole, List<Strategy> all, OperatorUse use, Map<Integer, TiedUse> tied) {
        List<Facts> facts = all.stream().map(s -> finder.of(whole, s, use)).toList();
        List<List<Stored>> stored = IntStream.range(0, all.size())
                .mapToObj(s -> storage.of(whole, all.get(s), use, facts.get(s), tied))
                .toList();
        return new OperatorMenu(whole, all, facts, stored, tied);
    }

    /** Where a kernel keeps a table, what the table is over is not cut: devices would have tables of their own. */
    private List<Strategy> strategies(OperatorNode whole) {
        return strategies.computeIfAbsent(
                Likeness.of(whole),
                like -> Strategies.of(whole, mesh).stream()
                        .filter(s -> hasWholeParameters(whole, s) && finder.keepsTables(whole, s))
                        .toList());
    }

    /** The ways in which a parameter may lie that an operator uses, whatever its strategy. */
    Set<ParameterStorage> waysToStore(OperatorNode whole, int parameter, boolean trained) {
        Set<ParameterStorage> ways = new LinkedHashSet<>();
        strategies(whole).forEach(s -> ways.addAll(storage.ways(whole, s, parameter, trained)));
        return ways;
    }

    /** What a menu depends on. */
    record Key(Likeness like, OperatorUse use, Map<Integer, TiedUse> tied) {}

    /** A parameter cannot lie on the devices as partial sums. */
    private static boolean hasWholeParameters(OperatorNode whole, Strategy strategy) {
        return strategy.operands().stream().skip(whole.inputs().size()).noneMatch(l -> l.isPartial());
    }

    private OperatorUse use(OperatorNode node, OperatorNode whole, Piece piece) {
        Set<Integer> inputs = new HashSet<>();
        Set<Integer> parameters = new HashSet<>();
        Set<Value> summedAlone = piece.backward().stream()
                .filter(s -> s instanceof Step.ParameterGradient g && waiting.contains(g))
                .map(s -> ((Step.ParameterGradient) s).gradient())
                .collect(Collectors.toSet());
        Set<Integer> alone = new HashSet<>();
        Set<Integer> read = new HashSet<>();
        Set<Value> differentiated = new HashSet<>();
        for (Step step : piece.backward()) {
            if (step instanceof Step.Collective collective) {
                if (collective.transfer() instanceof Marker.OfCopy copy) {
                    differentiated.add(copy.copy().tensor());
                } else if (collective.transfer() instanceof Marker.OfParameter of && of.node() == whole) {
                    parameters.add(of.parameter());
                    if (summedAlone.contains(collective.result())) {
                        alone.add(of.parameter());
                    }
                } else if (collective.transfer() instanceof Marker.OfGather of && of.node() == whole) {
                    read.add(of.parameter());
                }
            }
        }
        List<Step.Kernel> backward = kernels(piece.backward(), node);
        for (int i = 0; i < whole.inputs().size(); i++) {
            if (differentiated.contains(whole.inputs().get(i)) && !backward.isEmpty()) {
                inputs.add(i);
            }
        }
        Set<Integer> trained = IntStream.range(0, whole.parameters().size())
                .filter(i -> skeleton.graph()
                        .trainable()
                        .trains(piece.owner(), whole.parameters().get(i)))
                .boxed()
                .collect(Collectors.toSet());
        return new OperatorUse(
                inputs,
                trained,
                parameters,
                alone,
                read,
                outliving(kernels(piece.forward(), node), piece, node, false),
                outliving(backward, piece, node, true),
                hidden(whole, piece.backward()),
                early(whole, piece.forward()),
                early(whole, piece.backward()),
                (int) piece.backward().stream()
                        .filter(Step.ParameterGradient.class::isInstance)
                        .count(),
                piece.given().isEmpty(),
                lastOfBackward(piece).filter(node::equals).isPresent());
    }

    private static Set<Integer> early(OperatorNode whole, List<Step> steps) {
        Set<Integer> early = new HashSet<>();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof Step.Collective collective
                    && collective.transfer() instanceof Marker.OfGather of
                    && of.node() == whole
                    && Beside.isMatrix(of)
                    && GathersAhead.begin(steps, i).isPresent()) {
                early.add(of.parameter());
            }
        }
        return early;
    }

    /** Of gradients that kernels have made and nobody else reads: those need no copy. */
    private static Set<Integer> hidden(OperatorNode whole, List<Step> backward) {
        Set<Integer> hidden = new HashSet<>();
        for (int i = 0; i + 1 < backward.size(); i++) {
            if (backward.get(i) instanceof Step.Collective collective
                    && collective.transfer() instanceof Marker.OfParameter of
                    && of.node() == whole
                    && collective.source() instanceof Value source
                    && isOwn(source, backward)
                    && Scatters.end(backward, i + 1).isPresent()) {
                hidden.add(of.parameter());
            }
        }
        return hidden;
    }

    private static boolean isOwn(Value gradient, List<Step> backward) {
        long reads = backward.stream()
                .flatMap(s -> Liveness.reads(s).stream())
                .filter(v -> v.storage() == gradient.storage())
                .count();
        return gradient.storage() == gradient
                && reads == 1
                && backward.stream()
                        .anyMatch(s ->
                                s instanceof Step.Kernel && Liveness.makes(s).contains(gradient));
    }

    private static Optional<OperatorNode> lastOfBackward(Piece piece) {
        return piece.backward().stream()
                .filter(Step.Kernel.class::isInstance)
                .map(s -> ((Step.Kernel) s).node())
                .reduce((before, after) -> after);
    }

    private static List<Step.Kernel> kernels(List<Step> steps, OperatorNode node) {
        return steps.stream()
                .filter(s -> s instanceof Step.Kernel k && k.node() == node)
                .map(Step.Kernel.class::cast)
                .toList();
    }

    private static Set<OperatorUse.Place> outliving(
            List<Step.Kernel> kernels, Piece piece, OperatorNode node, boolean backward) {
        Set<Value> read = new HashSet<>();
        for (boolean back : List.of(false, true)) {
            for (Step step : back ? piece.backward() : piece.forward()) {
                boolean own = back == backward && step instanceof Step.Kernel k && k.node() == node;
                if (!own) {
                    read.addAll(Liveness.reads(step));
                }
            }
        }
        if (!backward) {
            piece.past().forEach(p -> read.add(p.value()));
        }
        Set<OperatorUse.Place> outliving = new HashSet<>();
        for (int k = 0; k < kernels.size(); k++) {
            for (int r = 0; r < kernels.get(k).results().size(); r++) {
                Optional<Value> result = kernels.get(k).results().get(r);
                if (result.filter(read::contains).isPresent()) {
                    outliving.add(new OperatorUse.Place(k, r));
                }
            }
        }
        return outliving;
    }
}
