package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.HashMap;
import java.util.Map;

/** Every device does everything, as a sole device does. Not for several threads at once. */
final class SerialAssignment implements Assignment {
    private final Mesh mesh;
    private final Layout whole;
    private final Map<OperatorNode, Strategy> strategies = new HashMap<>();

    SerialAssignment(Mesh mesh) {
        this.mesh = mesh;
        whole = Layout.replicated(mesh.rank());
    }

    @Override
    public Strategy strategy(String path, OperatorNode node) {
        return strategies.computeIfAbsent(node, n -> Strategies.of(n, mesh).get(0));
    }

    @Override
    public Layout input(ScopeInput input) {
        return whole;
    }

    @Override
    public Layout output(ScopeOutput output) {
        return whole;
    }

    @Override
    public Boundary input(String path, UseNode use, int index) {
        return Boundary.of(whole);
    }

    @Override
    public Boundary output(String path, UseNode use, int index) {
        return Boundary.of(whole);
    }
}
