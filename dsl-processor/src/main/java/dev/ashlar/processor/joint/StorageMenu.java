package dev.ashlar.processor.joint;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.StepForm;
import dev.ashlar.processor.local.GathersAhead;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Lists how the parameters of an operator may be stored under a strategy. On each mesh axis along which the strategy does not cut
 * them, either nothing is cut, or gradients and optimizer states, or the parameters as well; what is gathered of those is kept for
 * backward or gathered again. All parameters of an operator are stored alike but small ones, which lie as they are used. A gradient that
 * lies whole while the state is cut is not among them: a reduce-scatter takes no longer than an all-reduce.
 */
final class StorageMenu {
    /** More would be as many labels. */
    private static final int MOST = 12;

    /**
     * A parameter is small that has at most this part of the numbers of the model's largest: what is saved is next to nothing, and a gather
     * is mostly latency.
     */
    private static final int SMALL = 32;

    private final Routes routes;
    private final Reducing reducing;
    private final Mesh mesh;
    private final CostModel costs;
    private final StepSettings settings;
    private final StepForm form;
    private final long largest;

    /** @param largest how many numbers the largest parameter of the model has */
    StorageMenu(
            Routes routes,
            Reducing reducing,
            Mesh mesh,
            CostModel costs,
            StepSettings settings,
            StepForm form,
            long largest) {
        this.form = form;
        this.routes = routes;
        this.reducing = reducing;
        this.mesh = mesh;
        this.costs = costs;
        this.settings = settings;
        this.largest = largest;
    }

    /**
     * Mesh axes that cut.
     *
     * @param parameter those that cut parameters
     * @param state those that cut gradients and optimizer states, the same among them
     */
    private record Cut(List<Integer> parameter, List<Integer> state) {}

    /**
     * The ways to store; the first is as the operator uses its parameters.
     *
     * @param whole the operator in the whole graph
     * @param use what its piece makes of it
     * @param facts what it comes to under the strategy
     * @param tied parameters that are used elsewhere too, which lie in any of their ways
     */
    List<Stored> of(OperatorNode whole, Strategy strategy, OperatorUse use, Facts facts, Map<Integer, TiedUse> tied) {
        Set<List<ParameterStorage>> all = new LinkedHashSet<>();
        for (Cut cut : cuts()) {
            for (boolean keep : List.of(false, true)) {
                all.addAll(withWays(storage(whole, strategy, use, cut, keep), whole, strategy, use, keep, tied));
            }
        }
        Map<List<Layout>, List<Stored>> byWay = new LinkedHashMap<>();
        for (List<ParameterStorage> each : all) {
            Stored candidate = stored(whole, strategy, use, each, tied);
            if (isGatheredWithinBackward(whole, strategy, use, facts, candidate, tied)) {
                List<Layout> way = tied.keySet().stream()
                        .flatMap(i ->
                                Stream.of(each.get(i).parameter(), each.get(i).state()))
                        .toList();
                byWay.computeIfAbsent(way, w -> new ArrayList<>()).add(candidate);
            }
        }
        return byWay.values().stream()
                .flatMap(s -> Frontier.of(s, MOST).stream())
                .flatMap(s -> withOverlap(s, whole, strategy, use, tied))
                .toList();
    }

    /** Where what was gathered is kept there is memory for gradients that wait too. */
    private Stream<Stored> withOverlap(
            Stored waiting, OperatorNode whole, Strategy strategy, OperatorUse use, Map<Integer, TiedUse> tied) {
        List<ParameterStorage> storage = new ArrayList<>(waiting.storage());
        for (int i = 0; i < storage.size(); i++) {
            boolean scatters = use.hidden().contains(i)
                    && !use.waiting().contains(i)
                    && reducing.overlaps(hops(whole, strategy, i, storage.get(i)));
            boolean early = use.early().contains(i)
                    || (use.earlyAgain().contains(i) && !storage.get(i).keepGathered());
            if (scatters || (early && gathersEarly(whole, strategy, i, storage.get(i)))) {
                storage.set(i, storage.get(i).overlap());
            }
        }
        if (storage.equals(waiting.storage())) {
            return Stream.of(waiting);
        }
        Stored overlapped = stored(whole, strategy, use, storage, tied);
        boolean keeps = storage.stream().anyMatch(ParameterStorage::keepGathered);
        return keeps ? Stream.of(overlapped) : Stream.of(waiting, overlapped);
    }

    private boolean gathersEarly(OperatorNode whole, Strategy strategy, int parameter, ParameterStorage lies) {
        List<Hop> hops = routes.hops(
                whole.parameters().get(parameter).type(), lies.parameter(), used(whole, strategy, parameter));
        return costs.hides(Collective.ALL_GATHER)
                && GathersAhead.isMatrix(whole.parameters().get(parameter))
                && hops.size() == 1
                && GathersAhead.isSimple(hops.get(0).transfer());
    }

    /** The way of a gradient. */
    private List<Hop> hops(OperatorNode whole, Strategy strategy, int parameter, ParameterStorage lies) {
        return routes.hops(
                whole.parameters().get(parameter).type(),
                strategy.operandGradients().get(whole.inputs().size() + parameter),
                lies.state());
    }

    /** The ways in which one parameter may lie, without those of gathering it. */
    List<ParameterStorage> ways(OperatorNode whole, Strategy strategy, int parameter, boolean trained) {
        return cuts().stream()
                .map(c -> storage(whole, strategy, parameter, trained, c))
                .toList();
    }

    /** Every way of what is tied; a buffer lies as it is used. */
    private List<List<ParameterStorage>> withWays(
            List<ParameterStorage> storage,
            OperatorNode whole,
            Strategy strategy,
            OperatorUse use,
            boolean keep,
            Map<Integer, TiedUse> tied) {
        List<List<ParameterStorage>> all = List.of(storage);
        for (Map.Entry<Integer, TiedUse> entry : tied.entrySet()) {
            int index = entry.getKey();
            Layout used = used(whole, strategy, index);
            boolean buffer = whole.parameters().get(index).declaration().buffer();
            List<List<ParameterStorage>> more = new ArrayList<>();
            for (List<ParameterStorage> before : all) {
                for (ParameterStorage way : entry.getValue().tie().ways()) {
                    if (!buffer || way.parameter().equals(used)) {
                        List<ParameterStorage> with = new ArrayList<>(before);
                        with.set(
                                index,
                                keeping(
                                        way,
                                        used,
                                        keep && use.parametersReadBackward().contains(index)));
                        more.add(List.copyOf(with));
                    }
                }
            }
            all = List.copyOf(more);
        }
        return all;
    }

    private static ParameterStorage keeping(ParameterStorage way, Layout used, boolean keep) {
        return new ParameterStorage(
                way.parameter(), way.state(), keep && !way.parameter().equals(used));
    }

    private List<Cut> cuts() {
        List<Cut> cuts = List.of(new Cut(List.of(), List.of()));
        for (int axis = 0; axis < mesh.rank(); axis++) {
            if (mesh.size(axis) == 1) {
                continue;
            }
            List<Cut> more = new ArrayList<>();
            for (Cut cut : cuts) {
                more.add(cut);
                more.add(new Cut(cut.parameter(), with(cut.state(), axis)));
                more.add(new Cut(with(cut.parameter(), axis), with(cut.state(), axis)));
            }
            cuts = List.copyOf(more);
        }
        return cuts;
    }

    private static List<Integer> with(List<Integer> axes, int axis) {
        List<Integer> more = new ArrayList<>(axes);
        more.add(axis);
        return List.copyOf(more);
    }

    private List<ParameterStorage> storage(
            OperatorNode whole, Strategy strategy, OperatorUse use, Cut cut, boolean keep) {
        List<ParameterStorage> storage = new ArrayList<>();
        for (int i = 0; i < whole.parameters().size(); i++) {
            boolean trained = use.trained().contains(i);
            ParameterStorage way = storage(whole, strategy, i, trained, cut);
            storage.add(keeping(
                    way,
                    used(whole, strategy, i),
                    keep && use.parametersReadBackward().contains(i)));
        }
        return List.copyOf(storage);
    }

    private ParameterStorage storage(OperatorNode whole, Strategy strategy, int index, boolean trained, Cut cut) {
        ScopeParameter parameter = whole.parameters().get(index);
        TensorType type = parameter.type();
        ParameterStorage used = ParameterStorage.asUsed(used(whole, strategy, index));
        if (parameter.declaration().buffer() || type.elements() * SMALL <= largest) {
            return used;
        }
        Layout lies = dev.ashlar.processor.shard.Storage.along(type, used.parameter(), cut.parameter(), mesh);
        Layout state = trained ? dev.ashlar.processor.shard.Storage.along(type, lies, cut.state(), mesh) : lies;
        return new ParameterStorage(lies, state, false);
    }

    private static Layout used(OperatorNode whole, Strategy strategy, int parameter) {
        return strategy.operands().get(whole.inputs().size() + parameter);
    }

    private Stored stored(
            OperatorNode whole,
            Strategy strategy,
            OperatorUse use,
            List<ParameterStorage> storage,
            Map<Integer, TiedUse> tied) {
        List<Route> gathers = new ArrayList<>();
        List<Route> again = new ArrayList<>();
        List<Route> gradients = new ArrayList<>();
        List<Route> updates = new ArrayList<>();
        List<Long> updateBytes = new ArrayList<>();
        List<Boolean> overlapped = new ArrayList<>();
        List<Boolean> ahead = new ArrayList<>();
        List<Long> fusedBytes = new ArrayList<>();
        List<Long> gradientBytes = new ArrayList<>();
        List<Long> keptBytes = new ArrayList<>();
        long ticks = 0;
        long forwardBesideTicks = 0;
        long besideTicks = 0;
        long forwardSlowedTicks = 0;
        long slowedTicks = 0;
        long laterTicks = 0;
        long onceTicks = 0;
        long fixed = 0;
        long updated = 0;
        for (int i = 0; i < storage.size(); i++) {
            ParameterStorage lies = storage.get(i);
            TensorType type = whole.parameters().get(i).type();
            Layout used = used(whole, strategy, i);
            Route gather = route(type, lies.parameter(), used);
            boolean repeated = use.parametersReadBackward().contains(i) && !lies.keepGathered();
            gathers.add(gather);
            again.add(repeated ? gather : Route.NONE);
            keptBytes.add(lies.keepGathered() && gather.moved() ? routes.bytes(type, used) : 0);
            boolean early = lies.overlapped() && gathersEarly(whole, strategy, i, lies);
            ahead.add(early);
            ticks += gather.ticks() + (early ? 0 : again.get(i).ticks());
            if (early && use.early().contains(i)) {
                forwardBesideTicks += gather.ticks();
                forwardSlowedTicks += costs.slowedTicks(Collective.ALL_GATHER, gather.ticks());
            }
            // The first operator that uses a parameter answers for it.
            boolean owns = !tied.containsKey(i) || tied.get(i).owner();
            boolean trained = tied.containsKey(i)
                    ? tied.get(i).tie().trained()
                    : use.trained().contains(i);
            boolean hasGradient = tied.containsKey(i) || use.parameters().contains(i);
            if (owns) {
                fixed += routes.bytes(type, lies.parameter());
            }
            boolean inBackward = form.updateInBackward() && trained;
            // what completes the parameter takes nothing beside it
            updates.add(
                    inBackward && !completes(type, lies) ? route(type, lies.state(), lies.parameter()) : Route.NONE);
            updateBytes.add(inBackward ? settings.updateWorkspaceBytes(routes.elements(type, lies.state())) : 0);
            if (owns && trained) {
                long elements = routes.elements(type, lies.state());
                long beside = routes.besideBytes(type, lies) + settings.optimizerBytes(elements);
                fixed += beside;
                long moved = routes.bytes(type, lies.state()) + 2 * (routes.bytes(type, lies.state()) + beside);
                if (form.updateInBackward()) {
                    onceTicks += Collectives.ticks(costs.updateSeconds(moved));
                } else {
                    updated += moved;
                }
                long completion = hasGradient
                        ? route(type, lies.state(), lies.parameter()).ticks()
                        : 0;
                onceTicks += completion;
                laterTicks += comesLater(type, lies) ? completion : 0;
                if (hasGradient && form.accumulates()) {
                    fixed += routes.bytes(type, lies.state());
                    onceTicks += (form.microBatches() - 1) * Collectives.ticks(costs.sumSeconds(elements));
                }
            }
            if (!use.parameters().contains(i)) {
                gradients.add(Route.NONE);
                overlapped.add(false);
                fusedBytes.add(0L);
                gradientBytes.add(0L);
                continue;
            }
            Reduced gradient =
                    reduced(type, strategy.operandGradients().get(whole.inputs().size() + i), lies, use, i);
            gradients.add(gradient.route());
            overlapped.add(gradient.overlapped());
            fusedBytes.add(gradient.fusedBytes());
            besideTicks += gradient.besideTicks();
            slowedTicks += gradient.slowedTicks();
            ticks += gradient.ticks() + gradient.besideTicks();
            gradientBytes.add(routes.bytes(type, lies.state()));
        }
        return new Stored(
                storage,
                gathers,
                again,
                gradients,
                updates,
                updateBytes,
                overlapped,
                ahead,
                fusedBytes,
                gradientBytes,
                keptBytes,
                fixed,
                form.microBatches() * ticks + onceTicks + Collectives.ticks(costs.partOfUpdateSeconds(updated)),
                form.microBatches() * forwardBesideTicks + laterTicks,
                form.microBatches() * besideTicks,
                form.microBatches() * forwardSlowedTicks + costs.slowedTicks(Collective.ALL_GATHER, laterTicks),
                form.microBatches() * slowedTicks);
    }

    private Reduced reduced(TensorType type, Layout from, ParameterStorage lies, OperatorUse use, int parameter) {
        boolean waits = use.waiting().contains(parameter);
        Route route = route(type, from, lies.state());
        List<Hop> hops = routes.hops(type, from, lies.state());
        if (lies.overlapped() && use.hidden().contains(parameter) && !waits && reducing.overlaps(hops)) {
            return reducing.overlapped(hops, route);
        }
        return waits
                ? Reduced.waiting(route, route.ticks(), 0)
                : reducing.of(hops, route, routes.bytes(type, from), use);
    }

    /** Whether what was updated in parts comes beside forward, which then must not run in several parts. */
    private boolean comesLater(TensorType type, ParameterStorage lies) {
        return form.microBatches() == 1 && costs.comesLater(routes.hops(type, lies.state(), lies.parameter()));
    }

    /** Whether what is gathered behind the update is put where the parameter is. */
    private boolean completes(TensorType type, ParameterStorage lies) {
        return routes.hops(type, lies.state(), lies.parameter()).stream()
                .allMatch(hop -> hop.transfer().completes());
    }

    private Route route(TensorType type, Layout from, Layout to) {
        return routes.of(type, from, to)
                .orElseThrow(() -> new IllegalStateException("no way from " + from + " to " + to));
    }

    /**
     * Whether no gather behind the update takes more than backward took for the same parameter. When it runs nothing else is there but
     * parameters and states, so that it is never the peak then, and the problem needs no time point for it.
     */
    private boolean isGatheredWithinBackward(
            OperatorNode whole,
            Strategy strategy,
            OperatorUse use,
            Facts facts,
            Stored stored,
            Map<Integer, TiedUse> tied) {
        return IntStream.range(0, stored.storage().size())
                .filter(use.parameters()::contains)
                .filter(i -> !tied.containsKey(i) || tied.get(i).owner())
                .allMatch(i -> {
                    TensorType type = whole.parameters().get(i).type();
                    ParameterStorage lies = stored.storage().get(i);
                    long after = completes(type, lies)
                            ? 0
                            : route(type, lies.state(), lies.parameter()).stayingBytes();
                    long raw = routes.bytes(type, used(whole, strategy, i));
                    long before = Math.max(
                            facts.backward().peakBytes(),
                            raw + stored.gradients().get(i).overwritingBytes());
                    return after <= before;
                });
    }
}
