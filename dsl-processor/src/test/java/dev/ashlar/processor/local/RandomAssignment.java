package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Placement;
import dev.ashlar.processor.shard.Redistribution;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** An assignment drawn from all that are legal; the same question has always the same answer. */
public final class RandomAssignment implements Assignment {
    private final Mesh mesh;
    private final long seed;
    private final boolean alike;
    private final BiPredicate<OperatorNode, Strategy> allowed;
    private final Redistribution redistribution;
    private final Map<String, Strategy> strategies = new HashMap<>();
    private final Map<OperatorNode, List<Strategy>> legal = new HashMap<>();
    private final Map<String, Layout> buffers = new HashMap<>();

    /** @param alike whether all repetitions of a block choose alike */
    public RandomAssignment(Mesh mesh, long seed, boolean alike) {
        this(mesh, seed, alike, (node, strategy) -> true);
    }

    /** @param allowed what may be drawn */
    RandomAssignment(Mesh mesh, long seed, boolean alike, BiPredicate<OperatorNode, Strategy> allowed) {
        this.allowed = allowed;
        this.mesh = mesh;
        this.seed = seed;
        this.alike = alike;
        redistribution = new Redistribution(Local.collectives(mesh));
    }

    private Random random(String name) {
        return new Random(31 * seed + name.hashCode());
    }

    private <T> T draw(List<T> all, String name) {
        Random random = random(name);
        random.nextInt(); // the first numbers of neighbouring seeds are alike
        return all.get(random.nextInt(all.size()));
    }

    @Override
    public Strategy strategy(String path, OperatorNode node) {
        String place = alike ? path.replaceAll("\\[\\d+\\]", "") : path;
        return strategies.computeIfAbsent(place + node.name(), name -> {
            List<Strategy> all = legal.computeIfAbsent(node, n -> Strategies.of(n, mesh)).stream()
                    .filter(s -> sharesBuffers(place, node, s) && allowed.test(node, s))
                    .toList();
            Strategy drawn = draw(all, name);
            for (int i = 0; i < node.parameters().size(); i++) {
                buffers.put(place + node.parameters().get(i).name(), parameter(node, drawn, i));
            }
            return drawn;
        });
    }

    private boolean sharesBuffers(String place, OperatorNode node, Strategy strategy) {
        for (int i = 0; i < node.parameters().size(); i++) {
            ScopeParameter parameter = node.parameters().get(i);
            Layout layout = parameter(node, strategy, i);
            Layout there = buffers.getOrDefault(place + parameter.name(), layout);
            if (parameter.declaration().buffer() && (layout.isPartial() || !there.equals(layout))) {
                return false;
            }
        }
        return true;
    }

    private static Layout parameter(OperatorNode node, Strategy strategy, int index) {
        return strategy.operands().get(node.inputs().size() + index);
    }

    private Layout layout(Value whole, String name, Predicate<Layout> allowed) {
        return draw(
                redistribution.layouts(whole.type().sizes()).stream()
                        .filter(allowed)
                        .toList(),
                name);
    }

    private static boolean hasMaxima(Layout layout) {
        return layout.placements().contains(Placement.PARTIAL_MAXIMUM);
    }

    @Override
    public Layout input(ScopeInput input) {
        return layout(input.value(), "input " + input.name(), l -> !l.isPartial());
    }

    @Override
    public Layout output(ScopeOutput output) {
        return layout(output.value(), "output " + output.name(), l -> !hasMaxima(l));
    }

    @Override
    public Boundary input(String path, UseNode use, int index) {
        return boundary(path, use, use.scope().inputs().get(index).value(), "input " + index);
    }

    @Override
    public Boundary output(String path, UseNode use, int index) {
        return use.feeds().get(index).isPresent()
                ? input(path, use, use.feeds().get(index).getAsInt())
                : boundary(path, use, use.scope().outputs().get(index).value(), "output " + index);
    }

    /** Either may hold partial sums where it is not cut. */
    private Boundary boundary(String path, UseNode use, Value whole, String name) {
        String place = (alike ? path.replaceAll("\\[\\d+\\]", "") : path) + use.name() + name;
        Layout layout = layout(whole, place, l -> !hasMaxima(l));
        Layout gradient = Boundary.of(layout).gradient();
        Random random = random(place + " gradient");
        for (int axis = 0; axis < mesh.rank(); axis++) {
            if (gradient.on(axis).equals(Placement.REPLICATED) && random.nextInt(4) == 0) {
                gradient = gradient.with(axis, Placement.PARTIAL);
            }
        }
        return new Boundary(layout, gradient);
    }
}
