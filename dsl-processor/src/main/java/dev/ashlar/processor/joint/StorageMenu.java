package dev.ashlar.processor.joint;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

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
    private final long largest;

    /** @param largest how many numbers the largest parameter of the model has */
    StorageMenu(Routes routes, Reducing reducing, Mesh mesh, CostModel costs, StepSettings settings, long largest) {
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
     */
    List<Stored> of(OperatorNode whole, Strategy strategy, OperatorUse use, Facts facts) {
        Set<List<ParameterStorage>> all = new LinkedHashSet<>();
        for (Cut cut : cuts()) {
            for (boolean keep : List.of(false, true)) {
                all.add(storage(whole, strategy, use, cut, keep));
            }
        }
        List<Stored> stored = new ArrayList<>();
        for (List<ParameterStorage> each : all) {
            Stored candidate = stored(whole, strategy, use, each);
            if (isGatheredWithinBackward(whole, strategy, use, facts, candidate)) {
                stored.add(candidate);
            }
        }
        return Frontier.of(stored, MOST);
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
            ScopeParameter parameter = whole.parameters().get(i);
            TensorType type = parameter.type();
            ParameterStorage used = ParameterStorage.asUsed(
                    strategy.operands().get(whole.inputs().size() + i));
            if (parameter.declaration().buffer() || type.elements() * SMALL <= largest) {
                storage.add(used);
                continue;
            }
            Layout lies = dev.ashlar.processor.shard.Storage.along(type, used.parameter(), cut.parameter(), mesh);
            Layout state = use.parameters().contains(i)
                    ? dev.ashlar.processor.shard.Storage.along(type, lies, cut.state(), mesh)
                    : lies;
            boolean gathered = !lies.equals(used.parameter())
                    && use.parametersReadBackward().contains(i);
            storage.add(new ParameterStorage(lies, state, keep && gathered));
        }
        return List.copyOf(storage);
    }

    private static Layout used(OperatorNode whole, Strategy strategy, int parameter) {
        return strategy.operands().get(whole.inputs().size() + parameter);
    }

    private Stored stored(OperatorNode whole, Strategy strategy, OperatorUse use, List<ParameterStorage> storage) {
        List<Route> gathers = new ArrayList<>();
        List<Route> again = new ArrayList<>();
        List<Route> gradients = new ArrayList<>();
        List<Long> fusedBytes = new ArrayList<>();
        List<Long> gradientBytes = new ArrayList<>();
        List<Long> keptBytes = new ArrayList<>();
        long ticks = 0;
        long besideTicks = 0;
        long fixed = 0;
        long updated = 0;
        long workspace = 0;
        for (int i = 0; i < storage.size(); i++) {
            ParameterStorage lies = storage.get(i);
            TensorType type = whole.parameters().get(i).type();
            Layout used = used(whole, strategy, i);
            Route gather = route(type, lies.parameter(), used);
            boolean repeated = use.parametersReadBackward().contains(i) && !lies.keepGathered();
            gathers.add(gather);
            again.add(repeated ? gather : Route.NONE);
            keptBytes.add(lies.keepGathered() && gather.moved() ? routes.bytes(type, used) : 0);
            ticks += gather.ticks() + again.get(i).ticks();
            fixed += routes.bytes(type, lies.parameter());
            if (!use.parameters().contains(i)) {
                gradients.add(Route.NONE);
                fusedBytes.add(0L);
                gradientBytes.add(0L);
                continue;
            }
            Reduced gradient =
                    reduced(type, strategy.operandGradients().get(whole.inputs().size() + i), lies.state(), use);
            gradients.add(gradient.route());
            fusedBytes.add(gradient.fusedBytes());
            besideTicks += gradient.besideTicks();
            ticks += gradient.ticks()
                    + gradient.besideTicks()
                    + route(type, lies.state(), lies.parameter()).ticks();
            gradientBytes.add(routes.bytes(type, lies.state()));
            long elements = routes.elements(type, lies.state());
            long beside = routes.besideBytes(type, lies) + settings.optimizerBytes(elements);
            fixed += beside;
            updated += routes.bytes(type, lies.state()) + 2 * (routes.bytes(type, lies.state()) + beside);
            workspace = Math.max(workspace, settings.updateWorkspaceBytes(elements));
        }
        return new Stored(
                storage,
                gathers,
                again,
                gradients,
                fusedBytes,
                gradientBytes,
                keptBytes,
                fixed,
                ticks + Collectives.ticks(costs.transferSeconds(updated)),
                besideTicks,
                workspace);
    }

    private Reduced reduced(TensorType type, Layout from, Layout to, OperatorUse use) {
        return reducing.of(routes.hops(type, from, to), route(type, from, to), routes.bytes(type, from), use);
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
            OperatorNode whole, Strategy strategy, OperatorUse use, Facts facts, Stored stored) {
        return IntStream.range(0, stored.storage().size())
                .filter(use.parameters()::contains)
                .allMatch(i -> {
                    TensorType type = whole.parameters().get(i).type();
                    ParameterStorage lies = stored.storage().get(i);
                    long after = route(type, lies.state(), lies.parameter()).stayingBytes();
                    long raw = routes.bytes(type, used(whole, strategy, i));
                    long before = Math.max(
                            facts.backward().peakBytes(),
                            raw + stored.gradients().get(i).overwritingBytes());
                    return after <= before;
                });
    }
}
