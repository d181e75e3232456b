package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Placement;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;

/** Every rank has its part of the batch, which is the first dimension of all activations, and all parameters. */
final class DataParallel implements Assignment {
    private static final Layout BATCH = Layout.of(Placement.shard(0));
    private static final Layout WHOLE = Layout.replicated(1);

    private final Mesh mesh;

    DataParallel(Mesh mesh) {
        this.mesh = mesh;
    }

    @Override
    public Strategy strategy(String path, OperatorNode node) {
        int inputs = node.inputs().size();
        return Strategies.of(node, mesh).stream()
                .filter(s -> s.operands().subList(0, inputs).stream().allMatch(BATCH::equals))
                .filter(s -> s.operands().subList(inputs, s.operands().size()).stream()
                        .allMatch(WHOLE::equals))
                .findFirst()
                .orElseThrow(() -> new AssertionError(node.name() + " knows no parts of a batch"));
    }

    @Override
    public Layout input(ScopeInput input) {
        return BATCH;
    }

    @Override
    public Layout output(ScopeOutput output) {
        return BATCH;
    }

    @Override
    public Boundary input(String path, UseNode use, int index) {
        return Boundary.of(BATCH);
    }

    @Override
    public Boundary output(String path, UseNode use, int index) {
        return Boundary.of(BATCH);
    }
}
