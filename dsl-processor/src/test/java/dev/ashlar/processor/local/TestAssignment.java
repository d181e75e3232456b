package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An assignment made by hand: by the names of operators, inputs and blocks, the same in all repetitions; all else is replicated. */
public class TestAssignment implements Assignment {
    private final Mesh mesh;
    private final Map<String, String> strategies = new HashMap<>();
    private final Map<String, Layout> layouts = new HashMap<>();
    private final Map<String, ParameterStorage> storages = new HashMap<>();

    public TestAssignment(Mesh mesh) {
        this.mesh = mesh;
    }

    /** @param strategy {@code "x[S0] weight[R] -> y[S0]"} */
    public TestAssignment with(String operator, String strategy) {
        strategies.put(operator, strategy);
        return this;
    }

    /** @param tensor an input or output of the model, or {@code "body.x"} for one of a block */
    public TestAssignment layout(String tensor, String layout) {
        layouts.put(tensor, Layout.parse(layout));
        return this;
    }

    /**
     * @param parameter {@code "up.weight"}
     * @param state layout of its gradient and optimizer state
     */
    public TestAssignment storage(String parameter, String layout, String state, boolean keepGathered) {
        storages.put(parameter, new ParameterStorage(Layout.parse(layout), Layout.parse(state), keepGathered));
        return this;
    }

    /** A parameter that is gathered, and its gradient scattered, while kernels run. */
    public TestAssignment overlapped(String parameter, String layout, String state) {
        storages.put(parameter, new ParameterStorage(Layout.parse(layout), Layout.parse(state), false).overlap());
        return this;
    }

    @Override
    public ParameterStorage storage(String path, OperatorNode node, int parameter) {
        ParameterStorage asUsed = Assignment.super.storage(path, node, parameter);
        return storages.getOrDefault(node.parameters().get(parameter).name(), asUsed);
    }

    @Override
    public Strategy strategy(String path, OperatorNode node) {
        List<Strategy> all = Strategies.of(node, mesh);
        String wanted = strategies.get(node.name());
        return wanted == null
                ? all.get(0)
                : all.stream()
                        .filter(s -> s.toString().equals(wanted))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(node.name() + " has no " + wanted + " but " + all));
    }

    private Layout layout(String tensor) {
        return layouts.getOrDefault(tensor, Layout.replicated(mesh.rank()));
    }

    @Override
    public Layout input(ScopeInput input) {
        return layout(input.name());
    }

    @Override
    public Layout output(ScopeOutput output) {
        return layout(output.name());
    }

    @Override
    public Boundary input(String path, UseNode use, int index) {
        return Boundary.of(
                layout(use.name() + "." + use.scope().inputs().get(index).name()));
    }

    @Override
    public Boundary output(String path, UseNode use, int index) {
        return Boundary.of(
                layout(use.name() + "." + use.scope().outputs().get(index).name()));
    }
}
